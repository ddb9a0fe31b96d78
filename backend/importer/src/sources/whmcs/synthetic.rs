//! A dump of an invented WHMCS with every trap that is known, and the list of what was planted.
//!
//! The same seed gives the same bytes. Oddities are planted at fixed places of each client, so
//! that their number is known whatever the number of clients.

mod history;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::secrets::Secrets;
use crate::snapshot::values::Secret;
use crate::snapshot::{GapKind, Kind};

/// The key that secrets of the dump are sealed with.
pub const KEY: &str = "a-synthetic-cc-encryption-hash-of-64-letters-0123456789-abcdefgh";
/// What the sealed password of each service is.
pub const PASSWORD: &str = "Pa55 w0rd of more than twenty letters";

/// What falls due at a service, addon or domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Subscription or domain.
    pub kind: Kind,
    /// The record's identifier.
    pub id: String,
    /// The day as it was written; absent for a zero date.
    pub next_due: Option<String>,
    /// The amount as it must be read: `EUR 12.50`.
    pub amount: String,
}

/// What must come out of the dump.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planted {
    /// Records of each kind.
    pub records: BTreeMap<Kind, u64>,
    /// Gaps: kind, table, a part of the reason, and how many.
    pub gaps: BTreeMap<(GapKind, &'static str, &'static str), u64>,
    /// What falls due, in the order of the dump.
    pub due: Vec<Due>,
    /// Names that were broken, as they must be read.
    pub names: BTreeMap<String, String>,
    /// Credit of all clients in cents, by currency.
    pub credit_cents: BTreeMap<String, i64>,
    /// Rows of the dump, by table.
    pub rows: BTreeMap<&'static str, u64>,
}

impl Planted {
    fn record(&mut self, kind: Kind) {
        *self.records.entry(kind).or_default() += 1;
    }

    fn gap(&mut self, kind: GapKind, table: &'static str, reason: &'static str) {
        *self.gaps.entry((kind, table, reason)).or_default() += 1;
    }
}

/// A small generator of numbers: enough to vary a dump.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}

/// Writes rows of one table at a time, many to a statement.
struct Table<'w, W: Write> {
    out: &'w mut W,
    name: &'static str,
    rows: u64,
}

impl<'w, W: Write> Table<'w, W> {
    fn new(out: &'w mut W, name: &'static str, columns: &str) -> io::Result<Self> {
        write!(out, "\nDROP TABLE IF EXISTS `{name}`;\nCREATE TABLE `{name}` (\n")?;
        for column in columns.split(' ') {
            let (column, kind) = column.split_once(':').unwrap_or((column, "t"));
            let kind = match kind {
                "i" => "int(10) NOT NULL DEFAULT '0'",
                "d" => "date DEFAULT NULL",
                "m" => "decimal(16,2) NOT NULL DEFAULT '0.00'",
                _ => "text COLLATE utf8_unicode_ci",
            };
            writeln!(out, "  `{column}` {kind},")?;
        }
        write!(out, "  KEY `id` (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8;\nLOCK TABLES `{name}` WRITE;\n")?;
        Ok(Self { out, name, rows: 0 })
    }

    /// A row of values as SQL writes them.
    fn row(&mut self, values: &str) -> io::Result<()> {
        self.raw(values.as_bytes())
    }

    fn raw(&mut self, values: &[u8]) -> io::Result<()> {
        if self.rows.is_multiple_of(50) {
            let end = if self.rows == 0 { "" } else { ";\n" };
            write!(self.out, "{end}INSERT INTO `{}` VALUES (", self.name)?;
        } else {
            self.out.write_all(b",(")?;
        }
        self.out.write_all(values)?;
        self.out.write_all(b")")?;
        self.rows += 1;
        Ok(())
    }

    fn end(self, planted: &mut Planted) -> io::Result<()> {
        if self.rows > 0 {
            self.out.write_all(b";\n")?;
        }
        *planted.rows.entry(self.name).or_default() += self.rows;
        writeln!(self.out, "UNLOCK TABLES;")
    }
}

/// The currency of a client, its identifier in the dump.
fn currency(client: u64) -> (&'static str, u64) {
    match client % 5 {
        0 => ("USD", 2),
        3 if client % 10 == 3 => ("JPY", 3),
        _ => ("EUR", 1),
    }
}

fn day(numbers: &mut Numbers) -> String {
    format!("20{:02}-{:02}-{:02}", 20 + numbers.below(9), 1 + numbers.below(12), 1 + numbers.below(28))
}

/// Writes a dump of so many clients.
///
/// # Errors
/// What the writer refuses.
pub fn write(out: &mut impl Write, clients: u32, seed: u64) -> io::Result<Planted> {
    let mut planted = Planted::default();
    let mut numbers = Numbers(seed | 1);
    let clients = u64::from(clients);
    out.write_all(b"/*!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.6.16-MariaDB\n--\n")?;
    out.write_all(b"-- Server version\t10.6.16-MariaDB\n/*!40101 SET NAMES utf8 */;\n")?;
    settings(out, &mut planted)?;
    catalogue(out, &mut planted)?;
    parties(out, &mut planted, &mut numbers, clients)?;
    subscriptions(out, &mut planted, &mut numbers, clients)?;
    history::money(out, &mut planted, clients)?;
    history::tickets(out, &mut planted, clients)?;
    out.write_all(
        b"DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`whmcs`@`localhost`*/ /*!50003 TRIGGER `on_client` ",
    )?;
    out.write_all(b"BEFORE INSERT ON `tblclients` FOR EACH ROW BEGIN SET NEW.notes = 'x;'; END */;;\nDELIMITER ;\n")?;
    planted.gap(GapKind::Skipped, "trigger on_client", "not executed");
    out.write_all(b"-- Dump completed on 2026-11-25 12:00:00\n")?;
    Ok(planted)
}

fn settings(out: &mut impl Write, planted: &mut Planted) -> io::Result<()> {
    let mut table = Table::new(out, "tblconfiguration", "id:i setting value")?;
    for (id, (setting, value)) in
        [("Version", "8.4.1-release.1"), ("CompanyName", "Synthetic Hosting")].iter().enumerate()
    {
        table.row(&format!("{},'{setting}','{value}'", id + 1))?;
    }
    table.end(planted)?;
    *planted.gaps.entry((GapKind::PartUnread, "tblconfiguration", "no place")).or_default() += 2;

    let mut table = Table::new(out, "tblcurrencies", "id:i code prefix suffix format:i rate default:i")?;
    table.row("1,'EUR','','',1,'1.00000',1")?;
    table.row("2,'USD','$','',1,'1.10000',0")?;
    table.row("3,'JPY','','',4,'160.00000',0")?;
    table.end(planted)?;

    let mut table = Table::new(out, "tbltax", "id:i level:i name state country taxrate")?;
    table.row("1,1,'VAT','','DE','19.00'")?;
    planted.record(Kind::TaxRule);
    table.end(planted)?;

    let mut table = Table::new(out, "tblactivitylog", "id:i date description")?;
    for id in 1..=7 {
        table.row(&format!("{id},'2026-01-01','it''s; a (log)'"))?;
    }
    table.end(planted)?;
    *planted.gaps.entry((GapKind::PartUnread, "tblactivitylog", "no place")).or_default() += 7;

    let mut table = Table::new(out, "tbladmins", "id:i username password firstname lastname email disabled:i")?;
    table.row("1,'root','$2y$10$abcdefghijklmnopqrstuuu','Ada','Min','ada@example.org',0")?;
    planted.record(Kind::Staff);
    table.end(planted)?;

    let secrets = Secrets::of(Some(&Secret(KEY.to_owned())));
    let mut table = Table::new(out, "tblservers", "id:i name hostname ipaddress type username password active:i")?;
    table.row(&format!(
        "1,'Saturn','saturn.example.org','192.0.2.1','cpanel','root','{}',1",
        secrets.seal("root pass", [7; 20])
    ))?;
    planted.record(Kind::Server);
    table.end(planted)
}

fn catalogue(out: &mut impl Write, planted: &mut Planted) -> io::Result<()> {
    let mut table = Table::new(out, "tblproductgroups", "id:i name")?;
    table.row("1,'Shared &amp; cheap'")?;
    table.end(planted)?;
    planted.gap(GapKind::FactChanged, "tblproductgroups", "HTML entities");

    let mut table = Table::new(out, "tblproducts", "id:i type gid:i name paytype servertype hidden:i retired:i tax:i")?;
    table.row("1,'hostingaccount',1,'Starter','recurring','cpanel',0,0,1")?;
    table.row("2,'server',1,'Server','recurring','',1,0,1")?;
    table.row("3,'other',9,'Gift','free','',0,1,0")?;
    for _ in 0..3 {
        planted.record(Kind::Product);
    }
    planted.gap(GapKind::Dangling, "tblproducts", "no such product group");
    table.end(planted)?;

    let mut table = Table::new(out, "tbladdons", "id:i name billingcycle showorder:i")?;
    table.row("1,'Extra address','recurring',1")?;
    planted.record(Kind::Product);
    table.end(planted)?;

    let mut table = Table::new(out, "tbldomainpricing", "id:i extension autoreg")?;
    table.row("1,'.com','registrar'")?;
    planted.record(Kind::Product);
    table.end(planted)?;

    let columns = "id:i type currency:i relid:i msetupfee:m qsetupfee:m ssetupfee:m asetupfee:m bsetupfee:m tsetupfee:m \
        monthly:m quarterly:m semiannually:m annually:m biennially:m triennially:m";
    let columns = columns.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut table = Table::new(out, "tblpricing", &columns)?;
    // Not offered, free, and offered with a fee.
    table.row("1,'product',1,1,0.00,0.00,0.00,5.00,0.00,0.00,0.00,-1.00,-1.00,99.90,-1.00,-1.00")?;
    table.row("2,'product',2,2,0.00,0.00,0.00,0.00,0.00,0.00,25.00,-1.00,-1.00,-1.00,-1.00,-1.00")?;
    table.row("3,'addon',1,1,0.00,0.00,0.00,0.00,0.00,0.00,2.00,-1.00,-1.00,-1.00,-1.00,-1.00")?;
    // Years: one and two and ten.
    table.row("4,'domainregister',1,1,12.00,23.00,-1.00,-1.00,-1.00,0.00,-1.00,-1.00,-1.00,-1.00,99.00,-1.00")?;
    table.row("5,'domainrenew',1,1,14.00,27.00,-1.00,-1.00,-1.00,0.00,-1.00,-1.00,-1.00,-1.00,110.00,-1.00")?;
    table.row("6,'domaintransfer',1,1,11.00,-1.00,-1.00,-1.00,-1.00,0.00,-1.00,-1.00,-1.00,-1.00,-1.00,-1.00")?;
    table.row("7,'configoptions',1,2,0.00,0.00,0.00,0.00,0.00,0.00,3.00,-1.00,-1.00,-1.00,-1.00,-1.00")?;
    table.row("8,'product',1,77,0.00,0.00,0.00,0.00,0.00,0.00,1.00,-1.00,-1.00,-1.00,-1.00,-1.00")?;
    planted.gap(GapKind::Dangling, "tblpricing", "belong to nothing");
    table.end(planted)?;

    let mut table = Table::new(out, "tblproductconfigoptions", "id:i optionname")?;
    table.row("1,'Memory|RAM'")?;
    table.end(planted)?;
    let mut table = Table::new(out, "tblproductconfigoptionssub", "id:i configid:i optionname hidden:i")?;
    table.row("2,1,'8 GB',0")?;
    planted.record(Kind::Product);
    table.end(planted)?;
    let mut table = Table::new(out, "tblcustomfields", "id:i type relid:i fieldname")?;
    table.row("1,'client',0,'VAT proof'")?;
    table.row("2,'product',2,'vpsid|VPS'")?;
    table.end(planted)
}

fn parties(out: &mut impl Write, planted: &mut Planted, numbers: &mut Numbers, clients: u64) -> io::Result<()> {
    let mut table = Table::new(out, "tblclientgroups", "id:i groupname")?;
    table.row("1,'Gold'")?;
    table.end(planted)?;

    let columns = "id:i firstname lastname companyname email country currency:i credit:m datecreated groupid:i status \
        password notes";
    let columns = columns.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut table = Table::new(out, "tblclients", &columns)?;
    for id in 1..=clients {
        let (code, currency_id) = currency(id);
        let cents = i64::try_from(numbers.below(5_000)).unwrap_or(0) - 500;
        *planted.credit_cents.entry(code.to_owned()).or_default() += cents;
        let credit = format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
        let (first, company): (Vec<u8>, &[u8]) = match id % 11 {
            1 => {
                planted.names.insert(id.to_string(), "Jürgen".to_owned());
                planted.gap(GapKind::FactChanged, "tblclients", "encoded twice");
                ("JÃ¼rgen".as_bytes().to_vec(), b"")
            }
            2 => {
                planted.names.insert(id.to_string(), "André".to_owned());
                planted.gap(GapKind::FactChanged, "tblclients", "latin1");
                (b"Andr\xe9".to_vec(), b"")
            }
            3 => {
                planted.gap(GapKind::FactChanged, "tblclients", "HTML entities");
                planted.names.insert(id.to_string(), "O'Neil".to_owned());
                (b"O&#039;Neil".to_vec(), b"")
            }
            4 => (b"It''s".to_vec(), b"Smith \\\"and\\\" Sons"),
            _ => (b"Kim".to_vec(), b""),
        };
        let status = match id % 13 {
            5 => {
                planted.gap(GapKind::FactChanged, "tblclients", "a state of the provider");
                "VIP"
            }
            6 => "Closed",
            _ => "Active",
        };
        let created = if id % 17 == 4 {
            planted.gap(GapKind::FactChanged, "tblclients", "a zero date");
            "0000-00-00"
        } else {
            "2019-02-03"
        };
        let mut row = format!("{id},'").into_bytes();
        row.extend(first);
        row.extend(b"','Client','");
        row.extend(company);
        row.extend(
            format!("','c{id}@example.org','DE',{currency_id},{credit},'{created}',{},'{status}','',NULL", id % 2)
                .into_bytes(),
        );
        table.raw(&row)?;
        planted.record(Kind::Party);
    }
    if clients > 0 {
        // The same identifier again.
        table.row("1,'Twin','Client','','twin@example.org','DE',1,0.00,'2019-02-03',0,'Active','',NULL")?;
        planted.gap(GapKind::Duplicate, "tblclients", "stands twice");
    }
    table.end(planted)?;

    let mut table =
        Table::new(out, "tblcontacts", "id:i userid:i firstname lastname email subaccount:i password permissions")?;
    for id in 1..=clients / 4 {
        table.row(&format!("{id},{},'Con','Tact','k{id}@example.org',0,'','invoices,tickets'", id * 4))?;
        planted.record(Kind::Contact);
    }
    table.end(planted)?;

    // Every third user owns two clients.
    let mut table = Table::new(out, "tblusers", "id:i first_name last_name email password second_factor created_at")?;
    for id in 1..=clients {
        let hash = if id % 7 == 0 { "0123456789abcdef0123456789abcdef:salt" } else { "$2y$10$abcdefghijklmnopqrstuuu" };
        table.row(&format!("{id},'User','{id}','u{id}@example.org','{hash}','','2020-01-01 10:00:00'"))?;
        planted.record(Kind::Login);
    }
    table.end(planted)?;
    let mut table = Table::new(out, "tblusers_clients", "id:i auth_user_id:i client_id:i owner:i permissions")?;
    for id in 1..=clients {
        table.row(&format!("{id},{id},{id},1,NULL"))?;
        if id % 3 == 0 && id > 1 {
            table.row(&format!("{},{id},{},0,'tickets'", clients + id, id - 1))?;
        }
    }
    table.end(planted)?;

    let mut table = Table::new(out, "tblcustomfieldsvalues", "id:i fieldid:i relid:i value")?;
    for id in 1..=clients {
        table.row(&format!("{},1,{id},'proof {id}'", id * 2 - 1))?;
        // The field of a service: its number is the client's.
        table.row(&format!("{},2,{id},'{}'", id * 2, 5_000 + id))?;
    }
    table.end(planted)?;

    let mut table =
        Table::new(out, "tblpaymethods", "id:i userid:i description payment_type gateway_name order_preference:i")?;
    for id in (1..=clients).filter(|id| id % 6 == 0) {
        table.row(&format!("{id},{id},'','RemoteCreditCard','stripe',0"))?;
        planted.record(Kind::PaymentToken);
    }
    table.end(planted)?;
    let mut table =
        Table::new(out, "tblcreditcards", "id:i pay_method_id:i card_type last_four expiry_date card_data")?;
    for id in (1..=clients).filter(|id| id % 6 == 0) {
        table.row(&format!("{id},{id},'Visa','4242','2030-12-31','c2VhbGVk'"))?;
        planted.gap(GapKind::FactLost, "tblpaymethods", "token is sealed");
    }
    table.end(planted)
}

fn subscriptions(out: &mut impl Write, planted: &mut Planted, numbers: &mut Numbers, clients: u64) -> io::Result<()> {
    let secrets = Secrets::of(Some(&Secret(KEY.to_owned())));
    let columns = "id:i userid:i packageid:i server:i regdate domain amount firstpaymentamount billingcycle nextduedate \
        domainstatus username password dedicatedip assignedips suspendreason";
    let columns = columns.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut table = Table::new(out, "tblhosting", &columns)?;
    for id in 1..=clients {
        let (code, _) = currency(id);
        let cents = numbers.below(100_000);
        let (written, read) = if id % 19 == 7 {
            // Both amounts of the row are written so.
            planted.gap(GapKind::FactChanged, "tblhosting", "decimal comma");
            planted.gap(GapKind::FactChanged, "tblhosting", "decimal comma");
            (format!("{},{:02}", cents / 100, cents % 100), format!("{}.{:02}", cents / 100, cents % 100))
        } else {
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            (amount.clone(), amount)
        };
        let next_due = if id % 23 == 9 {
            planted.gap(GapKind::FactChanged, "tblhosting", "a zero date");
            None
        } else {
            Some(day(numbers))
        };
        let cycle = match id % 29 {
            11 => {
                planted.gap(GapKind::FactLost, "tblhosting", "a cycle that is not known");
                "Fortnightly"
            }
            12 => "Free Account",
            13 => "One Time",
            14 => "Semi-Annually",
            n if n % 2 == 0 => "Annually",
            _ => "Monthly",
        };
        let status = match id % 31 {
            1 => "Suspended",
            2 => "Cancelled",
            3 => "Fraud",
            4 => {
                planted.gap(GapKind::FactChanged, "tblhosting", "a state that is not known");
                "On Hold"
            }
            _ => "Active",
        };
        let sealed = secrets.seal(PASSWORD, [u8::try_from(id % 251).unwrap_or(0); 20]);
        let package = if id % 37 == 5 {
            planted.gap(GapKind::Dangling, "tblhosting", "no such product");
            99
        } else {
            1 + id % 2
        };
        table.row(&format!(
            "{id},{id},{package},1,'2020-05-06','Site{id}.Example.org.','{written}','{written}','{cycle}','{}','{status}','acc{id}','{sealed}','192.0.2.7','192.0.2.8\\r\\n192.0.2.7',''",
            next_due.clone().unwrap_or_else(|| "0000-00-00".to_owned()),
        ))?;
        planted.record(Kind::Subscription);
        planted.due.push(Due {
            kind: Kind::Subscription,
            id: id.to_string(),
            next_due,
            amount: format!("{code} {read}"),
        });
    }
    // A service of a client that was deleted.
    table.row(&format!(
        "{},{},1,1,'2020-05-06','gone.example.org','1.00','1.00','Monthly','2027-01-01','Active','gone','','','',''",
        clients + 1,
        clients + 1_000
    ))?;
    planted.record(Kind::Subscription);
    planted.gap(GapKind::Dangling, "tblhosting", "no such client");
    planted.due.push(Due {
        kind: Kind::Subscription,
        id: (clients + 1).to_string(),
        next_due: Some("2027-01-01".to_owned()),
        amount: "EUR 1.00".to_owned(),
    });
    table.end(planted)?;

    let mut table = Table::new(
        out,
        "tblhostingaddons",
        "id:i userid:i hostingid:i addonid:i name recurring:m setupfee:m status billingcycle nextduedate",
    )?;
    for id in 1..=clients / 5 {
        let service = if id % 9 == 2 {
            planted.gap(GapKind::Dangling, "tblhostingaddons", "a service that is not there");
            clients + 500
        } else {
            id * 5
        };
        let due = day(numbers);
        table.row(&format!("{id},{},{service},1,'','2.50','0.00','Active','Monthly','{due}'", id * 5))?;
        planted.record(Kind::Subscription);
        let amount = format!("{} 2.50", currency(id * 5).0);
        planted.due.push(Due { kind: Kind::Subscription, id: format!("addon-{id}"), next_due: Some(due), amount });
    }
    table.end(planted)?;

    let mut table = Table::new(out, "tblhostingconfigoptions", "id:i relid:i configid:i optionid:i qty:i")?;
    for id in (1..=clients).filter(|id| id % 2 == 0) {
        table.row(&format!("{id},{id},1,2,3"))?;
    }
    table.end(planted)?;

    let mut table = Table::new(out, "tblcancelrequests", "id:i date relid:i reason type")?;
    for id in (1..=clients).filter(|id| id % 10 == 1) {
        let kind = if id % 20 == 1 { "Immediate" } else { "End of Billing Period" };
        table.row(&format!("{id},'2026-03-04 10:00:00',{id},'Too dear','{kind}'"))?;
    }
    table.end(planted)?;

    let mut table = Table::new(
        out,
        "tbldomains",
        "id:i userid:i type registrationdate domain firstpaymentamount:m recurringamount:m registrar registrationperiod:i expirydate nextduedate status donotrenew:i idprotection:i",
    )?;
    for id in 1..=clients / 2 {
        let client = id * 2;
        let (status, kind) = match id % 8 {
            1 => ("Grace", "Register"),
            2 => ("Transferred Away", "Transfer"),
            3 => ("Redemption", "Register"),
            _ => ("Active", "Register"),
        };
        let due = day(numbers);
        table.row(&format!(
            "{id},{client},'{kind}','2018-01-02','D{id}.com','12.00','14.00','enom',1,'{due}','{due}','{status}',{},1",
            id % 2
        ))?;
        planted.record(Kind::Domain);
        let amount = format!("{} 14.00", currency(client).0);
        planted.due.push(Due { kind: Kind::Domain, id: id.to_string(), next_due: Some(due), amount });
    }
    table.end(planted)?;
    let mut table = Table::new(out, "tbldomainsadditionalfields", "id:i domainid:i name value")?;
    for id in 1..=clients / 2 {
        table.row(&format!("{id},{id},'Registrant Type','Individual'"))?;
    }
    table.end(planted)
}
