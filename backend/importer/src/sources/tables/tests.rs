use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_set_of_ids_knows_what_a_plain_set_knows(ids in proptest::collection::vec(0u64..60, 0..80)) {
        let mut plain = std::collections::HashSet::new();
        let mut set = IdSet::default();
        for id in ids {
            prop_assert_eq!(set.insert(&id.to_string()), plain.insert(id));
        }
        for id in 0..62u64 {
            prop_assert_eq!(set.contains(&id.to_string()), plain.contains(&id));
        }
    }

    #[test]
    fn what_is_laid_aside_is_given_back_in_order(puts in proptest::collection::vec((0u8..5, ".{0,12}"), 0..40)) {
        let mut aside = Aside::default();
        for (owner, fact) in &puts {
            aside.put(&owner.to_string(), std::slice::from_ref(fact)).unwrap();
        }
        for owner in 0u8..4 {
            let wanted: Vec<Vec<String>> =
                puts.iter().filter(|(one, _)| *one == owner).map(|(_, fact)| vec![fact.clone()]).collect();
            prop_assert_eq!(aside.take(&owner.to_string()).unwrap(), wanted);
            prop_assert!(aside.take(&owner.to_string()).unwrap().is_empty());
        }
        let left = puts.iter().filter(|(one, _)| *one == 4).count();
        prop_assert_eq!(aside.left().unwrap(), if left > 0 { vec![("4".to_owned(), left)] } else { Vec::new() });
    }
}

#[test]
fn a_set_of_ids_takes_other_ids_than_numbers_and_keeps_leading_zeros_apart() {
    let mut set = IdSet::default();
    assert!(set.insert("7") && set.insert("007") && set.insert("sales") && set.insert("0"));
    assert!(!set.insert("007") && !set.insert("sales") && !set.contains("07"));
    assert!(set.insert(&u64::MAX.to_string()) && set.contains(&u64::MAX.to_string()));
}

/// Tables and columns that readers know, and values that nobody should write there.
mod any_rows {
    use super::*;
    use crate::Refusal;
    use crate::snapshot::{Counts, Sink};
    use crate::sources::{Input, dtc, fossbilling, virtualizor, whmcs};

    const TABLES: &[&str] = &[
        "tblclients",
        "tblhosting",
        "tblhostingaddons",
        "tbldomains",
        "tblinvoices",
        "tblinvoiceitems",
        "tblaccounts",
        "tblpricing",
        "tbldomainpricing",
        "tblproducts",
        "tbltickets",
        "tblticketreplies",
        "tblusers",
        "tblusers_clients",
        "tblcurrencies",
        "tblcancelrequests",
        "tblcustomfields",
        "tblcustomfieldsvalues",
        "tblpaymethods",
        "tblcreditcards",
        "tblinvoicedata",
        "client",
        "client_order",
        "service_hosting",
        "service_domain",
        "invoice",
        "invoice_item",
        "product_payment",
        "product_payment_period",
        "client_balance",
        "transaction",
        "support_ticket",
        "support_ticket_message",
        "clients",
        "admin",
        "vps",
        "vps_ip",
        "vps_server",
        "domain",
        "subdomain",
        "pop_access",
        "product",
        "paiement",
        "completedorders",
        "tik_queries",
        "handle",
        "disks",
        "ips",
        "users",
        "user_plans",
    ];
    const COLUMNS: &[&str] = &[
        "id",
        "userid",
        "client_id",
        "clientid",
        "amount",
        "price",
        "quantity",
        "currency",
        "code",
        "default",
        "date",
        "nextduedate",
        "created_at",
        "expires_at",
        "status",
        "domainstatus",
        "type",
        "billingcycle",
        "period",
        "domain",
        "name",
        "relid",
        "rel_id",
        "invoiceid",
        "invoice_id",
        "fieldid",
        "value",
        "password",
        "attachment",
        "extension",
        "monthly",
        "msetupfee",
        "tsetupfee",
        "qty",
        "adm_login",
        "owner",
        "id_client",
        "resseller_flag",
        "ob_head",
        "ob_next",
        "in_reply_of_id",
        "initial_ticket",
        "vps_server_hostname",
        "vps_xen_name",
        "ramsize",
        "hddsize",
        "available",
        "ip",
        "ip6",
        "ip_addr",
        "ttl",
        "domain_name",
        "subdomain_name",
        "mbox_host",
        "crypt",
        "service_type",
        "service_id",
        "group_id",
        "group_master",
        "product_payment_id",
        "price_dollar",
        "uuid",
        "vps_uuid",
        "size",
        "size_unit",
        "vpsid",
        "uid",
        "ram",
        "merged_ticket_id",
        "service",
        "payment_type",
        "associated_txt_record",
        "primary_mx",
        "txt_root_entry",
        "dollar",
        "expire",
        "expire_date",
        "prod_id",
    ];
    const VALUES: &[&str] = &[
        "NULL",
        "''",
        "0",
        "1",
        "2",
        "-1",
        "'1'",
        "'-1.00'",
        "99999999999999999999999999999999999999",
        "1e400",
        "'0000-00-00'",
        "'2024-02-31'",
        "'9999-12-31 23:59:59'",
        "'2024-02-29T12:00:00+25:00'",
        "0xff00ff",
        "b'1'",
        "'\\0\\Z'",
        "'Ã¼'",
        "'é'",
        "'79228162514264337593543950335'",
        "'12,50'",
        "'EUR'",
        "'yes'",
        "'on'",
        "'Monthly'",
        "'1M'",
        "'0001-00-00'",
        "'4294967296-00-00'",
        "'a|b|../c'",
        "'&#x110000;&amp;'",
        "NOW()",
        "'192.0.2.1'",
        "'example.org'",
        "'a'",
        "'b'",
        "'recurrent'",
        "'hosting'",
        "'18446744073709551615'",
        "'='",
        "'S1'",
        "'Invoice'",
        "'EUR EUR'",
        "DEFAULT",
        "'18446744073709551615.00'",
    ];

    type Read = fn(&Input, &mut dyn Sink) -> Result<(), Refusal>;
    const READERS: [Read; 4] = [whmcs::read, fossbilling::read, dtc::read, virtualizor::read];

    fn row() -> impl Strategy<Value = String> {
        let cell = (prop::sample::select(COLUMNS), prop::sample::select(VALUES));
        (prop::sample::select(TABLES), proptest::collection::vec(cell, 1..14)).prop_map(|(table, cells)| {
            let (columns, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
            format!("INSERT INTO `{table}` (`{}`) VALUES ({});\n", columns.join("`,`"), values.join(","))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn no_rows_make_a_reader_panic_and_all_are_counted(rows in proptest::collection::vec(row(), 1..40)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("dump.sql");
            std::fs::write(&path, rows.concat()).unwrap();
            for read in READERS {
                let mut counts = Counts::default();
                if read(&Input::of(vec![path.clone()]), &mut counts).is_ok() {
                    let told: usize = counts
                        .facts
                        .iter()
                        .filter(|(name, _)| name.starts_with("rows."))
                        .filter_map(|(_, value)| value.split(':').next()?.parse::<usize>().ok())
                        .sum();
                    prop_assert_eq!(told, rows.len());
                }
            }
        }
    }
}
