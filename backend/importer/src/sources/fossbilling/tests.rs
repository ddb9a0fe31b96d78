use super::*;
use crate::snapshot::values::PasswordScheme;
use crate::snapshot::{Author, DomainStatus, InvoiceStatus, PaymentKind, SubscriptionStatus};
use crate::sources::tables::reading::{Reading, found, reading};

const SHOP: &str = r#"
CREATE TABLE `client` (`id` bigint(20), `email` varchar(255), `pass` varchar(255), `status` varchar(30), `first_name` varchar(100), `currency` varchar(10), `custom_1` text);
INSERT INTO `client` VALUES (1,'a@example.org','89e495e7941cf9e40e6980d14a16bf023ccd4c91','active','Ann','EUR','blue'),(2,'b@example.org','$2y$10$abc','canceled','Bob','USD',NULL);
CREATE TABLE `client_balance` (`id` bigint(20), `client_id` bigint(20), `type` varchar(100), `rel_id` varchar(20), `amount` decimal(18,2), `description` text);
INSERT INTO `client_balance` VALUES (1,1,NULL,NULL,10.10,'gift'),(2,1,'invoice','1',-0.35,'used'),(3,9,NULL,NULL,5.00,'lost');
CREATE TABLE `client_order` (`id` bigint(20), `client_id` bigint(20), `product_id` bigint(20), `group_id` varchar(255), `group_master` tinyint(1), `title` varchar(255), `currency` varchar(20), `service_id` bigint(20), `service_type` varchar(100), `period` varchar(20), `quantity` bigint(20), `price` double(18,2), `discount` double(18,2), `status` varchar(50), `expires_at` datetime, `activated_at` datetime);
INSERT INTO `client_order` VALUES (1,1,1,'77',1,'Hosting','EUR',5,'hosting','3M',1,30.00,NULL,'active','2026-12-31 00:00:00','2025-01-31T10:00:00-05:00'),
 (2,1,2,'77',0,'Addon','EUR',NULL,'custom','1Y',2,4.50,1.00,'suspended','2027-01-01 00:00:00',NULL),
 (3,1,2,'77',0,'Name','EUR',8,'domain','1Y',1,12.00,NULL,'active','2027-01-01 00:00:00',NULL),
 (4,1,99,NULL,0,'Once','EUR',NULL,'custom',NULL,1,7.00,NULL,'weird','0000-00-00 00:00:00',NULL);
CREATE TABLE `service_hosting` (`id` bigint(20), `client_id` bigint(20), `service_hosting_server_id` bigint(20), `service_hosting_hp_id` bigint(20), `sld` varchar(255), `tld` varchar(255), `ip` varchar(45), `username` varchar(255), `pass` varchar(255));
INSERT INTO `service_hosting` VALUES (5,1,3,4,'My-Site','.org','192.0.2.5','mysite','pw'),(6,1,3,4,'unused','.org','','','');
CREATE TABLE `service_hosting_server` (`id` bigint(20), `name` varchar(100), `manager` varchar(100), `active` tinyint(1));
INSERT INTO `service_hosting_server` VALUES (3,'Saturn','Whm',1);
CREATE TABLE `service_domain` (`id` bigint(20), `client_id` bigint(20), `sld` varchar(255), `tld` varchar(100), `ns1` varchar(255), `action` varchar(30), `registered_at` datetime, `expires_at` datetime, `period` int);
INSERT INTO `service_domain` VALUES (8,1,'name','.com','ns1.example.org','register',NULL,NULL,1),(9,1,'other','.com','','register','2020-01-01 00:00:00','2027-01-01 00:00:00',1);
CREATE TABLE `currency` (`id` bigint(20), `code` varchar(3), `is_default` tinyint(1), `conversion_rate` decimal(13,6));
INSERT INTO `currency` VALUES (1,'USD',1,1.000000),(2,'EUR',0,0.900000);
CREATE TABLE `invoice` (`id` bigint(20), `client_id` bigint(20), `serie` varchar(50), `nr` varchar(255), `currency` varchar(25), `status` varchar(50), `approved` tinyint(1), `taxname` varchar(255), `taxrate` varchar(35), `due_at` datetime);
INSERT INTO `invoice` VALUES (1,1,'BOX','00001','EUR','paid',1,'VAT','20','2025-01-01 00:00:00'),(2,1,'BOX',NULL,'EUR','unpaid',0,NULL,NULL,NULL);
CREATE TABLE `invoice_item` (`id` bigint(20), `invoice_id` bigint(20), `type` varchar(100), `rel_id` text, `title` varchar(255), `quantity` bigint(20), `price` double(18,2), `taxed` tinyint(1));
INSERT INTO `invoice_item` VALUES (1,1,'order','1','Three months',3,10.10,1),(2,1,'custom',NULL,'Help',1,0.05,0),(3,50,'order','70','Lost',1,1.00,0);
CREATE TABLE `product` (`id` bigint(20), `product_payment_id` bigint(20), `title` varchar(255), `type` varchar(255), `active` tinyint(1));
INSERT INTO `product` VALUES (1,1,'Hosting','hosting',1),(2,2,'Addon','custom',0);
CREATE TABLE `product_payment` (`id` bigint(20), `type` varchar(30), `once_price` decimal(18,2) DEFAULT '0.00', `m_price` decimal(18,2) DEFAULT '0.00', `q_price` decimal(18,2) DEFAULT '0.00', `q_setup_price` decimal(18,2) DEFAULT '0.00', `m_enabled` tinyint(1) DEFAULT '1', `q_enabled` tinyint(1) DEFAULT '1');
INSERT INTO `product_payment` VALUES (1,'recurrent',0.00,11.00,30.00,5.00,0,1),(2,'recurrent',0.00,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE `product_payment_period` (`id` bigint(20), `product_payment_id` bigint(20), `code` varchar(10), `price` decimal(18,2), `setup_price` decimal(18,2), `enabled` tinyint(1));
INSERT INTO `product_payment_period` VALUES (1,2,'1Y',4.50,0.00,1),(2,2,'2Y',8.00,0.00,0);
CREATE TABLE `transaction` (`id` bigint(20), `invoice_id` bigint(20), `txn_id` varchar(255), `txn_status` varchar(255), `amount` varchar(255), `currency` varchar(10), `type` varchar(255), `status` varchar(255));
INSERT INTO `transaction` VALUES (1,1,'t1','complete','30.35','EUR','payment','processed'),(2,1,'t2','complete','-1.00','EUR','payment','processed'),(3,1,'t3','pending','30.35','EUR','payment','received');
CREATE TABLE `support_ticket` (`id` bigint(20), `support_helpdesk_id` bigint(20), `client_id` bigint(20), `subject` varchar(255), `status` varchar(30), `rel_type` varchar(100), `rel_id` bigint(20));
INSERT INTO `support_ticket` VALUES (1,1,1,'Help','closed','order',1);
CREATE TABLE `support_helpdesk` (`id` bigint(20), `name` varchar(255));
INSERT INTO `support_helpdesk` VALUES (1,'General');
CREATE TABLE `support_ticket_message` (`id` bigint(20), `support_ticket_id` bigint(20), `client_id` bigint(20), `admin_id` bigint(20), `content` text);
INSERT INTO `support_ticket_message` VALUES (1,1,1,NULL,'It broke'),(2,1,NULL,1,'Fixed');
CREATE TABLE `support_p_ticket` (`id` bigint(20), `hash` varchar(255), `author_name` varchar(255), `author_email` varchar(255), `subject` varchar(255), `status` varchar(30));
INSERT INTO `support_p_ticket` VALUES (1,'h','Stranger','s@example.org','Hello','open');
CREATE TABLE `support_p_ticket_message` (`id` bigint(20), `support_p_ticket_id` bigint(20), `admin_id` bigint(20), `content` text);
INSERT INTO `support_p_ticket_message` VALUES (1,1,NULL,'Hi');
"#;

fn shop() -> Reading {
    let reading = reading(SHOP, read);
    assert_eq!(reading.refused, None);
    reading
}

#[test]
fn orders_carry_their_service_and_addons_hang_on_their_master() {
    let shop = shop();
    let hosting = found!(shop, Subscription, 1);
    assert_eq!(hosting.domains, ["my-site.org"]);
    assert_eq!((hosting.server.as_deref(), hosting.user_name.as_deref()), (Some("3"), Some("mysite")));
    assert_eq!((hosting.price.unwrap().to_string().as_str(), hosting.cycle), ("EUR 30.00", Some(Cycle::Months(3))));
    assert_eq!(hosting.next_due.unwrap().to_string(), "2026-12-31");
    assert_eq!(hosting.started.unwrap().to_string(), "2025-01-31");
    let addon = found!(shop, Subscription, 2);
    assert_eq!((addon.parent.as_deref(), addon.status), (Some("1"), SubscriptionStatus::Suspended));
    assert_eq!(shop.told(GapKind::FactChanged, "client_order", "before the discount"), 1);
    let once = found!(shop, Subscription, 4);
    assert_eq!((once.cycle, once.next_due, once.status), (Some(Cycle::Once), None, SubscriptionStatus::Pending));
    assert_eq!(shop.told(GapKind::Dangling, "client_order", "no such product"), 1);
    assert_eq!(shop.told(GapKind::Dangling, "service", "belong to nothing"), 1);
    let domain = found!(shop, Domain, 8);
    assert_eq!((domain.subscription.as_deref(), domain.status), (Some("3"), DomainStatus::PendingRegistration));
    assert_eq!(found!(shop, Domain, 9).status, DomainStatus::Active);
}

#[test]
fn both_layouts_of_prices_are_read() {
    let shop = shop();
    let prices = |id: u32| {
        let product = found!(shop, Product, id);
        product.prices.iter().map(|price| format!("{} {}", price.cycle, price.amount)).collect::<Vec<_>>()
    };
    assert_eq!(prices(1), ["P3M USD 30.00"], "a month is not offered");
    assert_eq!(found!(shop, Product, 1).prices[0].setup.unwrap().to_string(), "USD 5.00");
    assert_eq!(prices(2), ["P1Y USD 4.50"]);
    assert!(found!(shop, Product, 2).is_retired);
}

#[test]
fn sums_of_lines_and_of_the_ledger_are_exact() {
    let shop = shop();
    let invoice = found!(shop, Invoice, 1);
    assert_eq!((invoice.net.unwrap().to_string().as_str(), invoice.total), ("EUR 30.35", None));
    assert_eq!(invoice.number.as_deref(), Some("BOX00001"));
    assert_eq!(found!(shop, Invoice, 2).status, InvoiceStatus::Draft);
    assert_eq!(found!(shop, InvoiceLine, 1).amount.unwrap().to_string(), "EUR 30.30");
    assert_eq!(shop.told(GapKind::Dangling, "invoice_item", "no such invoice"), 1);
    assert_eq!(found!(shop, Party, 1).balance.unwrap().to_string(), "EUR 9.75");
    assert_eq!(shop.told(GapKind::Dangling, "client_balance", "no such client"), 1);
    assert_eq!(found!(shop, Payment, 2).kind, PaymentKind::Refund);
    assert_eq!(found!(shop, Payment, 2).amount.unwrap().to_string(), "EUR 1.00");
    assert!(found!(shop, Payment, 3).is_pending);
}

#[test]
fn clients_sign_in_with_their_own_hashes_and_strangers_have_tickets() {
    let shop = shop();
    assert_eq!(found!(shop, Login, "client-1").password.as_ref().unwrap().scheme, PasswordScheme::Sha1);
    assert_eq!(found!(shop, Login, "client-2").password.as_ref().unwrap().scheme, PasswordScheme::Bcrypt);
    let ticket = found!(shop, Ticket, 1);
    assert_eq!((ticket.subscription.as_deref(), ticket.is_closed), (Some("1"), true));
    assert_eq!(found!(shop, TicketMessage, 2).author, Author::Staff);
    assert_eq!(found!(shop, Ticket, "public-1").email.as_deref(), Some("s@example.org"));
    assert_eq!(found!(shop, TicketMessage, "public-1").ticket, "public-1");
}

#[test]
fn what_stands_in_rows_written_as_xml_or_has_no_name_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.xml");
    let rows = r#"<dataset><client id="1" email="a@example.org"><inner/><![CDATA[lost]]></client>< id="9" param="theme"/></dataset>"#;
    std::fs::write(&path, rows).unwrap();
    let mut entries: Vec<crate::Entry> = Vec::new();
    read(&Input::of(vec![path]), &mut entries).unwrap();
    let told = |part: &str| {
        let of = |entry: &&crate::Entry| matches!(entry, crate::Entry::Gap(gap) if format!("{}: {}", gap.place, gap.reason).contains(part));
        entries.iter().filter(of).count()
    };
    assert_eq!(told("inner: an element inside a row"), 1, "{entries:?}");
    assert_eq!(told("text between rows"), 1, "{entries:?}");
    assert_eq!(told("a table without a name: the table has no place"), 1, "{entries:?}");
}
