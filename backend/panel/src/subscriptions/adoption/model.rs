//! What a foreign subscription comes to here.

use hostwright_importer::snapshot::values::{Amount, Cycle};
use hostwright_importer::snapshot::{self, SubscriptionStatus};
use hostwright_kernel::{Currency, Day, Instant, Money, Months, Rounding, rate};
use rust_decimal::Decimal;

use crate::auth::adoption::Remark;
use crate::catalogue::model::{Plan, Price, PriceId, RenewalChoice};
use crate::platform::error::{Error, Result};
use crate::subscriptions::error::SubscriptionRefusal;
use crate::subscriptions::model::{Subscription, SubscriptionId, SubscriptionState};

/// The most characters of a name.
const NAME_MAX: usize = 200;

/// A subscription of another system.
#[derive(Debug, Clone, Copy)]
pub struct AdoptSubscription<'a> {
    /// `cus_...`.
    pub customer_id: &'a str,
    /// What it is mapped to.
    pub plan: &'a Plan,
    /// What is known of the plan's prices; others are looked for.
    pub prices: &'a [Price],
    /// What the source says.
    pub subscription: &'a snapshot::Subscription,
    /// What its state comes to, see [`mapped_state`].
    pub state: SubscriptionState,
    /// The source has invoiced the period that begins on the next due day: that invoice
    /// moves in too, and ours is the one after it. Told by the source's next invoice day
    /// as well.
    pub is_next_invoiced: bool,
    /// Nothing is billed or ended until it is released.
    pub is_held: bool,
    /// The currency where the source names none.
    pub currency: Currency,
}

/// What the source said of a subscription, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The system.
    pub system: String,
    /// Its identifier there.
    pub reference: String,
    /// How often it was charged: `free`, `once` or a duration.
    pub cycle: String,
    /// What was charged each cycle.
    pub price: Money,
    /// What the first invoice charged.
    pub first_price: Option<Money>,
    /// Charged once.
    pub setup_fee: Option<Money>,
    /// Charged for a renewal, where it differs.
    pub renewal_fee: Option<Money>,
    /// Charged for a transfer.
    pub transfer_fee: Option<Money>,
    /// What is never given back.
    pub non_refundable: Option<Money>,
    /// Days in which money is given back.
    pub refund_days: Option<i64>,
    /// First day.
    pub started: Option<Day>,
    /// The day from which it is over.
    pub expires: Option<Day>,
    /// Last billing date.
    pub last_billed: Option<Day>,
    /// When the next amount is due.
    pub next_due: Option<Day>,
    /// When the next invoice is made.
    pub next_invoice: Option<Day>,
    /// Whether its price was made for it.
    pub price_made: bool,
}

/// What lands.
pub(super) struct Landed {
    pub(super) subscription: Subscription,
    pub(super) origin: Origin,
    pub(super) remarks: Vec<Remark>,
}

/// What a state of another system comes to, unless somebody decides otherwise. What
/// expired there is held back here, because it may still be renewed.
#[must_use]
pub fn mapped_state(status: SubscriptionStatus) -> SubscriptionState {
    match status {
        SubscriptionStatus::Pending => SubscriptionState::Ordered,
        SubscriptionStatus::Active => SubscriptionState::Active,
        SubscriptionStatus::Suspended | SubscriptionStatus::Expired => SubscriptionState::Suspended,
        SubscriptionStatus::Cancelled | SubscriptionStatus::Fraud => SubscriptionState::Cancelled,
        SubscriptionStatus::Terminated | SubscriptionStatus::Completed => SubscriptionState::Terminated,
    }
}

/// The anchor and the number of billed periods for which the next period begins on
/// `next_due`, whatever the calendar says.
///
/// A due day at the end of a short month may have been meant for the 29th, 30th or 31st:
/// the first day tells, unless the last billing date shows that the source has moved on
/// to the earlier day. Where the first day does not lead to the next due day, the next
/// due day begins anew.
#[must_use]
pub fn schedule(months: Months, started: Option<Day>, last_billed: Option<Day>, next_due: Day) -> (Day, i64) {
    let anew = (next_due, 0);
    let Some(started) = started.filter(|started| *started <= next_due) else {
        return anew;
    };
    let moved_on = last_billed.is_some_and(|billed| {
        billed.day() == next_due.day() && billed.day() < started.day() && billed.plus_days(1).month() == billed.month()
    });
    if moved_on {
        return anew;
    }
    let count = |day: Day| i64::from(day.year()).saturating_mul(12).saturating_add(i64::from(day.month()));
    let between = count(next_due).saturating_sub(count(started));
    let length = i64::from(months);
    if between.checked_rem(length) == Some(0)
        && u32::try_from(between).is_ok_and(|between| started.plus_months(between) == next_due)
    {
        return (started, between.checked_div(length).unwrap_or_default());
    }
    // Another cycle than in the beginning, but still the same day of the month: some
    // period before began on it.
    (1..=12_u32)
        .find_map(|periods| {
            let back = i64::from(periods).saturating_mul(length);
            let month = count(next_due).saturating_sub(back).saturating_sub(1);
            let year = i16::try_from(month.div_euclid(12)).ok()?;
            let of_year = i8::try_from(month.rem_euclid(12).saturating_add(1)).ok()?;
            let anchor = Day::new(year, of_year, i8::try_from(started.day()).ok()?).ok()?;
            let begins = anchor.plus_months(u32::try_from(back).ok()?);
            (begins == next_due && anchor.day() > next_due.day()).then_some((anchor, i64::from(periods)))
        })
        .unwrap_or(anew)
}

impl AdoptSubscription<'_> {
    /// What the source charges each cycle from now on, and how often; the amount is in
    /// whole minor units.
    ///
    /// # Errors
    /// `subscriptions.adoption_price` without a price or with one below zero;
    /// `subscriptions.adoption_cycle` for cycles that are not of whole months.
    pub(super) fn terms(&self, remarks: &mut Vec<Remark>) -> Result<(Money, Option<Months>)> {
        let told = self.subscription;
        let cycle = told.cycle.ok_or_else(|| SubscriptionRefusal::AdoptionCycle.with("cycle", "?"))?;
        let months = match cycle {
            Cycle::Free | Cycle::Once => None,
            Cycle::Months(count) => Some(
                Months::try_from(i64::from(count))
                    .map_err(|_too_long| SubscriptionRefusal::AdoptionCycle.with("cycle", cycle))?,
            ),
            Cycle::Days(_) => return Err(SubscriptionRefusal::AdoptionCycle.with("cycle", cycle).into()),
        };
        let price = match (told.renewal_fee.as_ref().or(told.price.as_ref()), cycle) {
            (Some(price), _) => whole("price", price, remarks)?,
            (None, Cycle::Free) => Money::zero(self.currency),
            (None, _) => return Err(SubscriptionRefusal::AdoptionPrice.into()),
        };
        if price.minor < 0 {
            return Err(SubscriptionRefusal::AdoptionPrice.into());
        }
        Ok((price, months))
    }

    /// The subscription at a price of the catalogue.
    ///
    /// # Errors
    /// `subscriptions.adoption_due` for something that renews and whose next due day
    /// nobody knows; those of [`AdoptSubscription::terms`].
    pub(super) fn landed(&self, system: &str, price: (PriceId, bool), now: Instant) -> Result<Landed> {
        let mut remarks = Vec::new();
        let told = self.subscription;
        // What is rounded is told once, with the amounts as they are kept.
        let (amount, months) = self.terms(&mut Vec::new())?;
        let at = |day: Day| day.start_in(&jiff::tz::TimeZone::UTC);
        let begun = told.started.or(told.next_due).or(told.expires);
        let mut subscription = Subscription {
            id: SubscriptionId::new(),
            customer_id: self.customer_id.to_owned(),
            plan_id: self.plan.id.clone(),
            price_id: price.0,
            plan_name: self.name(),
            amount,
            months: months.map_or_else(|| Months::try_from(1).map_err(Error::internal), Ok)?,
            anchor: begun.unwrap_or_else(|| now.day_in(&jiff::tz::TimeZone::UTC)),
            periods_billed: 0,
            billed_until: Day::new(9999, 12, 31).map_err(Error::internal)?,
            renewal: RenewalChoice::Automatic,
            state: self.state,
            suspended_at: None,
            suspended_reason: None,
            cancelled_at: None,
            terminated_at: None,
            created_at: told.started.map_or(now, at),
            version: 1,
        };
        if self.state.is_ended() {
            let over = told.ended.or(told.expires).or(told.next_due);
            subscription.billed_until = over.unwrap_or(subscription.anchor);
            subscription.terminated_at = Some(told.ended.map_or(now, at));
            subscription.renewal = RenewalChoice::Expire;
        } else if let Some(months) = months {
            self.bill_on(&mut subscription, months, now, &mut remarks)?;
        } else {
            // Paid once or free: nothing is ever due, and nothing ends by itself.
            subscription.renewal = RenewalChoice::Expire;
            subscription.amount = Money::zero(amount.currency);
        }
        if self.state == SubscriptionState::Suspended {
            subscription.suspended_at = Some(now);
            let reason = told.suspended_reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
            subscription.suspended_reason = Some(reason.unwrap_or(system).chars().take(500).collect());
        }
        let origin = self.origin(system, price.1, &mut remarks)?;
        Ok(Landed { subscription, origin, remarks })
    }

    fn bill_on(
        &self,
        subscription: &mut Subscription,
        months: Months,
        now: Instant,
        remarks: &mut Vec<Remark>,
    ) -> Result<()> {
        let told = self.subscription;
        let next_due = told.next_due.or(told.expires).ok_or(SubscriptionRefusal::AdoptionDue)?;
        let (anchor, billed) = schedule(months, told.started, told.last_billed, next_due);
        subscription.anchor = anchor;
        subscription.periods_billed = billed;
        subscription.billed_until = next_due;
        let is_invoiced = self.is_next_invoiced || told.next_invoice.is_some_and(|day| day > next_due);
        if is_invoiced {
            *subscription = subscription.advanced()?;
            remarks.push(Remark::new("next_due_invoiced", next_due));
        }
        let ends = told.cancel_at_period_end || told.cancel_at.is_some();
        match told.cancel_at {
            Some(later) if later > subscription.billed_until => remarks.push(Remark::new("cancel_later", later)),
            _ if ends => {
                subscription.renewal = RenewalChoice::Expire;
                subscription.cancelled_at = Some(now);
            }
            _ => {}
        }
        Ok(())
    }

    fn name(&self) -> String {
        let told = self.subscription;
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut name = line(&told.name);
        if name.is_empty() {
            name.clone_from(&self.plan.name);
        }
        name.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect()
    }

    fn origin(&self, system: &str, price_made: bool, remarks: &mut Vec<Remark>) -> Result<Origin> {
        let told = self.subscription;
        let mut kept = |name, amount: &Option<Amount>| match amount {
            Some(amount) => whole(name, amount, remarks).map(Some),
            None => Ok(None),
        };
        let price = kept("price", &told.price)?.unwrap_or_else(|| Money::zero(self.currency));
        Ok(Origin {
            system: system.to_owned(),
            reference: told.id.clone(),
            cycle: told.cycle.map(|cycle| cycle.to_string()).unwrap_or_default(),
            price,
            first_price: kept("first_price", &told.first_price)?,
            setup_fee: kept("setup_fee", &told.setup_fee)?,
            renewal_fee: kept("renewal_fee", &told.renewal_fee)?,
            transfer_fee: kept("transfer_fee", &told.transfer_fee)?,
            non_refundable: kept("non_refundable", &told.non_refundable)?,
            refund_days: told.refund_days.map(i64::from),
            started: told.started,
            expires: told.expires,
            last_billed: told.last_billed,
            next_due: told.next_due,
            next_invoice: told.next_invoice,
            price_made,
        })
    }
}

/// An amount in whole minor units, rounded half up where the source has more digits.
fn whole(name: &str, amount: &Amount, remarks: &mut Vec<Remark>) -> Result<Money> {
    let far = || SubscriptionRefusal::AdoptionPrice;
    let scale = 10_i64.checked_pow(amount.currency.exponent()).ok_or_else(far)?;
    let minor = amount.value.checked_mul(Decimal::from(scale)).ok_or_else(far)?;
    let money = rate::round(minor, amount.currency, Rounding::HalfUp)?;
    if Decimal::from(money.minor) != minor {
        remarks.push(Remark::new("rounded", format!("{name}: {amount}")));
    }
    Ok(money)
}
