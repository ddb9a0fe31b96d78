use super::*;
use crate::snapshot::values::{Cycle, PasswordScheme};
use crate::snapshot::{Author, Hypervisor, InvoiceStatus, Kind, MailRuleKind, SiteKind};
use crate::sources::tables::reading::{Reading, found, reading};

/// A small panel with a reseller, a circle of resellers, a domain with all kinds of records.
const PANEL: &str = r"
CREATE TABLE secpayconf (unicrow int, currency_symbol varchar(16), currency_letters varchar(16) default 'USD') TYPE=MyISAM;
CREATE TABLE clients (id int(9), is_company enum('yes','no') default 'no', company_name varchar(255), familyname varchar(64),
  christname varchar(64), zipcode varchar(32) default '0', country char(2), phone varchar(20) default '0', email varchar(255),
  dollar decimal(9,2) default '0.00', expire date default '0000-00-00') TYPE=MyISAM;
INSERT INTO clients VALUES (1,'yes','GeschÃ¤ft GmbH','Huber','Eva','0','de','0','eva@example.org','12.50','0000-00-00'),
 (2,'no','','Roe','Max','75001','FR','1','max@example.org','0.00','0000-00-00');
CREATE TABLE admin (adm_login varchar(64), adm_pass varchar(255), path varchar(255), quota int, id_client int, expire date, prod_id int,
  resseller_flag enum('yes','no') default 'no', ob_head varchar(64) default '', ob_tail varchar(64) default '', ob_next varchar(64) default '');
INSERT INTO admin VALUES
 ('boss','secret','/var/www/sites/boss',50,1,'2012-05-01',1,'yes','','',''),
 ('kid','a94a8fe5ccb19ba61c4c0873d391e987982fbbd3','/var/www/sites/kid',50,2,'0000-00-00',0,'no','boss','',''),
 ('alone','x','/p',50,0,'2022-01-01',2,'no','','',''),
 ('ring1','x','/p',50,0,'0000-00-00',0,'yes','ring2','',''), ('ring2','x','/p',50,0,'0000-00-00',0,'yes','ring1','','');
CREATE TABLE product (id int, price_dollar varchar(9), setup_fee decimal(15,2), name varchar(255), memory_size int, period varchar(12), heb_type varchar(9), private enum('yes','no'));
INSERT INTO product VALUES (1,'9,90','0.00','Shared','0','0001-00-00','shared','no'),(2,'5.00','1.00','VPS','256','0000-01-00','vps','no'),
 (3,'free!','0.00','Odd','0','0000-01-15','vps','yes');
INSERT INTO secpayconf VALUES (0,'E','EUR');
CREATE TABLE vps_server (id int, hostname varchar(255), dom0_ips varchar(255), soap_login varchar(64), soap_pass varchar(64), virt_type varchar(9), lvmenable enum('yes','no'));
INSERT INTO vps_server VALUES (4,'node1.example.org','192.0.2.1','dtc-xen','pw','xen','yes');
CREATE TABLE vps (id int, owner varchar(64), vps_server_hostname varchar(255), vps_xen_name varchar(64), start_date date, expire_date date,
 hddsize int, ramsize int, bandwidth_per_month_gb int, product_id int, operatingsystem varchar(64), vncpassword varchar(64), locked enum('yes','no') default 'no');
INSERT INTO vps VALUES (1,'kid','node1.example.org','01','2011-01-31','2011-02-28',2048,256,5000,2,'debian','none','yes'),
 (2,'gone','node1.example.org','02','2011-01-31','2011-02-28',2048,256,5000,2,'debian','none','no'),
 (3,'boss','node9','03','0000-00-00','2011-02-28',2048,256,5000,99,'debian','none','no');
CREATE TABLE vps_ip (id int, vps_server_hostname varchar(255), vps_xen_name varchar(64), ip_addr varchar(16), rdns_addr varchar(255), available enum('yes','no'));
INSERT INTO vps_ip VALUES (1,'node1.example.org','01','192.0.2.10','a.example.org','no'),(2,'node1.example.org','01','192.0.2.11','','no'),
 (3,'node1.example.org','09','192.0.2.12','','no'),(4,'node1.example.org','05','192.0.2.13','','yes');
CREATE TABLE domain (id int, name varchar(128), owner varchar(64), default_subdomain varchar(64), ip_addr varchar(16), primary_mx varchar(255), other_mx varchar(255),
 whois varchar(9), hosting varchar(9), txt_root_entry varchar(128), catchall_email varchar(128), domain_parking varchar(255), domain_parking_type varchar(20), ttl int, wildcard_dns enum('yes','no'),
 primary_dns varchar(255), other_dns varchar(255), owner_id int, expiration_date date, registrar varchar(255));
INSERT INTO domain VALUES (1,'Example.org','kid','www','192.0.2.80','mx1.example.net','mx2.example.net|mx3.example.net','here','here','hello \'you\'','info','no-parking','redirect',7200,'yes','default','=',7,'2013-01-01','webnic'),
 (2,'parked.org','kid','www','192.0.2.80','default','default','away','here','','','example.org','redirect',7200,'no','default','default',0,'0000-00-00','webnic');
CREATE TABLE handle (id int, name varchar(32), firstname varchar(64), lastname varchar(64), email varchar(255), ovh_passwd varchar(12));
INSERT INTO handle VALUES (7,'H7','Max','Roe','max@example.org','pw'),(8,'H8','No','Body','n@example.org','');
CREATE TABLE subdomain (id int, domain_name varchar(255), subdomain_name varchar(255), path varchar(64), ip varchar(255) default 'default', ip6 varchar(255) default '', ttl int,
 associated_txt_record varchar(256), generate_vhost enum('yes','no') default 'yes', nameserver_for varchar(64), srv_record varchar(64), redirect_url varchar(512));
INSERT INTO subdomain VALUES (1,'example.org','www','','default','2001:db8::1',7200,'','yes',NULL,NULL,''),
 (2,'example.org','cdn','','edge.example.net','',300,'v=1','no',NULL,NULL,''),
 (3,'example.org','old','','default','',7200,'','yes',NULL,'5060','http://example.net/'),
 (4,'lost.org','www','','default','',7200,'','yes',NULL,NULL,'');
CREATE TABLE pop_access (autoinc int, id varchar(32), mbox_host varchar(120), crypt varchar(255), passwd varchar(255), active int, quota_size int, redirect1 varchar(255), localdeliver varchar(10), vacation_flag enum('yes','no'), vacation_text text, du bigint);
INSERT INTO pop_access VALUES (1,'Info','Example.org','$1$salt$hash','clear',1,0,'else@example.net','yes','yes','Away',1234),(2,'plain','example.org','','clear',0,0,'','yes','no','',0);
CREATE TABLE mailalias (autoinc int, id varchar(32), domain_parent varchar(255), delivery_group blob, active int);
INSERT INTO mailalias VALUES (1,'team','example.org','a@example.org\nb@example.org\n',1);
CREATE TABLE paiement (id int, id_client int, label varchar(255), currency varchar(64), refund_amount decimal(9,2), paiement_cost decimal(9,2), paiement_total decimal(9,2), paiement_type varchar(9), secpay_site varchar(9), date date, time time, valid enum('yes','no','pending'), vat_rate decimal(9,2), vat_total decimal(9,2));
INSERT INTO paiement VALUES (1,2,'x','EUR','5.00','0.30','6.30','online','paypal','2011-01-31','10:11:12','yes','20.00','1.00'),(2,2,'y','$','5.00','0.00','5.00','online','paypal','2011-02-01','00:00:00','no','0.00','0.00');
CREATE TABLE completedorders (id int, id_client int, domain_name varchar(255), quantity int, date date, product_id int, payment_id int, services text, last_expiry_date text);
INSERT INTO completedorders VALUES (1,2,'',1,'2011-01-31',2,1,'vps:node1:01','2011-02-28'),(2,2,'',1,'2011-01-31',2,0,'','');
CREATE TABLE tik_queries (id int, adm_login varchar(64), date date, time time, in_reply_of_id int, reply_id int, admin_or_user enum('admin','user'), subject varchar(255), text text, cat_id int, initial_ticket enum('yes','no'), closed enum('yes','no'), hash varchar(32), admin_name varchar(256), attach text);
INSERT INTO tik_queries VALUES (1,'kid','2011-01-31','10:00:00',0,2,'user','Help','It broke',1,'yes','no','abc','dtc','1'),
 (2,'kid','2011-01-31','11:00:00',1,3,'admin','','Fixed',1,'no','no','','root',''),(3,'kid','2011-01-31','12:00:00',2,0,'user','','Thanks',1,'no','no','','',''),
 (4,'kid','2011-01-31','12:00:00',99,0,'user','','Lost',0,'no','no','','','');
CREATE TABLE tik_cats (id int, catname varchar(64), catdescript varchar(255));
INSERT INTO tik_cats VALUES (1,'Servers','');
CREATE TABLE tik_attach (id int, filename varchar(255), ctype_prim varchar(64), ctype_sec varchar(64), datahex mediumblob);
INSERT INTO tik_attach VALUES (1,'log.txt','text','plain','48656c6c6f');
CREATE TABLE http_accounting (id int, vhost varchar(50));
INSERT INTO http_accounting VALUES (1,'a'),(2,'b'),(3,'c');
";

fn panel() -> Reading {
    let reading = reading(PANEL, read);
    assert_eq!(reading.refused, None);
    reading
}

#[test]
fn logins_are_joined_to_clients_and_the_reseller_tree_loses_its_circle() {
    let panel = panel();
    let boss = found!(panel, Party, 1);
    assert_eq!((boss.name.as_str(), boss.is_reseller), ("Geschäft GmbH", true));
    assert_eq!(boss.balance.unwrap().to_string(), "EUR 12.50");
    assert_eq!(panel.told(GapKind::FactChanged, "clients", "encoded twice"), 1);
    assert_eq!(found!(panel, Party, 2).reseller.as_deref(), Some("1"));
    assert_eq!(found!(panel, Login, "boss").password.as_ref().unwrap().scheme, PasswordScheme::Plain);
    assert_eq!(found!(panel, Login, "kid").password.as_ref().unwrap().scheme, PasswordScheme::Sha1);
    assert_eq!(found!(panel, Login, "alone").grants[0].party, "admin-alone");
    assert_eq!(found!(panel, Party, "admin-ring1").reseller, None);
    assert_eq!(panel.told(GapKind::FactChanged, "admin", "in a circle"), 2);
}

#[test]
fn subscriptions_take_the_price_of_the_product_and_ends_of_upgrades_are_none() {
    let panel = panel();
    let shared = found!(panel, Subscription, "shared-boss");
    assert_eq!((shared.price.unwrap().to_string().as_str(), shared.cycle), ("EUR 9.90", Some(Cycle::Months(12))));
    assert_eq!(shared.next_due.unwrap().to_string(), "2012-05-01");
    let far = found!(panel, Subscription, "shared-alone");
    assert_eq!((far.expires, far.next_due), (None, None), "2022 is ten years after the last payment");
    assert_eq!(found!(panel, Product, 1).prices[0].amount.to_string(), "EUR 9.90");
    assert!(found!(panel, Product, 3).prices.is_empty());
    assert_eq!(panel.told(GapKind::FactLost, "product", "no whole number of months"), 1);
}

#[test]
fn a_private_server_is_a_subscription_and_a_guest_with_its_addresses() {
    let panel = panel();
    let guest = found!(panel, Guest, "node1.example.org/xen01");
    assert_eq!((guest.name.as_str(), guest.hypervisor, guest.is_locked), ("xen01", Hypervisor::XenPv, true));
    assert_eq!((guest.memory_bytes, guest.swap_bytes), (Some(256 << 20), Some(256 << 20)));
    assert_eq!(guest.disks[0].size_bytes, Some(2048 << 20));
    assert!(guest.disks[0].is_partition);
    assert_eq!(guest.addresses, ["192.0.2.10", "192.0.2.11"]);
    assert!(guest.extra.iter().any(|one| one.name == "bandwidth_per_month_mb" && one.value == "5000"));
    let sold = found!(panel, Subscription, "vps-1");
    assert_eq!((sold.guest.as_deref(), sold.server.as_deref()), (Some("node1.example.org/xen01"), Some("4")));
    assert_eq!(sold.next_due.unwrap().to_string(), "2011-02-28", "taken as it is");
    assert_eq!(panel.told(GapKind::Skipped, "vps", "a login that is not there"), 1);
    assert_eq!(panel.told(GapKind::Dangling, "vps", "no such node"), 1);
    assert_eq!(panel.told(GapKind::Dangling, "vps_ip", "a machine that is not there"), 1);
    assert_eq!(panel.told(GapKind::Skipped, "vps_ip", "a free address"), 1);
}

#[test]
fn zones_are_rebuilt_and_what_is_inherited_is_not_made_up() {
    let panel = panel();
    let zone = found!(panel, Zone, "example.org");
    let mut records: Vec<String> =
        zone.records.iter().map(|one| format!("{} {} {}", one.owner, one.kind, one.data)).collect();
    records.sort();
    let expected = [
        "*.example.org. A 192.0.2.80",
        "cdn.example.org. CNAME edge.example.net.",
        "cdn.example.org. TXT \"v=1\"",
        "example.org. A 192.0.2.80",
        "example.org. MX 10 mx1.example.net.",
        "example.org. MX 20 mx2.example.net.",
        "example.org. MX 30 mx3.example.net.",
        "example.org. TXT \"hello 'you'\"",
        "old.example.org. A 192.0.2.80",
        "www.example.org. A 192.0.2.80",
        "www.example.org. AAAA 2001:db8::1",
    ];
    assert_eq!(records, expected);
    assert!(zone.extra.iter().any(|one| one.name == "inherited.NS"));
    assert!(zone.extra.iter().any(|one| one.name == "srv.old.tcp" && one.value == "5060"));
    assert_eq!(found!(panel, Domain, "example.org").contacts[0].name.as_deref(), Some("Max Roe"));
    assert!(!panel.records.contains_key(&(Kind::Domain, "parked.org".to_owned())), "held elsewhere");
    assert_eq!(found!(panel, Site, "parked.org").kind, SiteKind::Redirect);
    assert_eq!(found!(panel, Site, "old.example.org").redirect.as_deref(), Some("http://example.net/"));
    assert!(!panel.records.contains_key(&(Kind::Site, "cdn.example.org".to_owned())), "no site is made of it");
    assert_eq!(panel.told(GapKind::Dangling, "handle", "no domain held here"), 1);
    assert_eq!(panel.told(GapKind::Dangling, "subdomain", "no such domain"), 1);
}

#[test]
fn mail_is_read_with_its_rules() {
    let panel = panel();
    let mailbox = found!(panel, Mailbox, "info@example.org");
    assert_eq!(mailbox.password.as_ref().unwrap().scheme, PasswordScheme::Crypt);
    assert_eq!((mailbox.account.as_deref(), mailbox.used_bytes), (Some("kid"), Some(1234)));
    let plain = found!(panel, Mailbox, "plain@example.org");
    assert_eq!((plain.password.as_ref().unwrap().scheme, plain.is_suspended), (PasswordScheme::Plain, true));
    let forward = found!(panel, MailRule, "redirect-info@example.org");
    assert_eq!((forward.targets[0].as_str(), forward.keeps_copy), ("else@example.net", true));
    assert_eq!(found!(panel, MailRule, "vacation-info@example.org").text.as_deref(), Some("Away"));
    assert_eq!(found!(panel, MailRule, "catchall-example.org").kind, MailRuleKind::CatchAll);
    assert_eq!(found!(panel, MailRule, "alias-1").targets, ["a@example.org", "b@example.org"]);
}

#[test]
fn payments_with_orders_are_invoices_and_threads_are_tickets() {
    let panel = panel();
    let payment = found!(panel, Payment, 1);
    assert_eq!(payment.at.unwrap().to_string(), "2011-01-31T10:11:12.000000Z");
    assert_eq!((payment.amount.unwrap().to_string().as_str(), payment.invoice.as_deref()), ("EUR 6.30", Some("1")));
    assert!(found!(panel, Payment, 2).is_failed);
    let invoice = found!(panel, Invoice, 1);
    assert_eq!((invoice.status, invoice.taxes[0].amount.to_string().as_str()), (InvoiceStatus::Paid, "EUR 1.00"));
    assert_eq!(found!(panel, InvoiceLine, 1).invoice, "1");
    assert_eq!(panel.told(GapKind::Skipped, "completedorders", "without a payment"), 1);
    assert_eq!(found!(panel, Ticket, 1).subject, "Help");
    assert_eq!(found!(panel, TicketMessage, 3).ticket, "1");
    assert_eq!(found!(panel, TicketMessage, 2).author, Author::Staff);
    assert_eq!(found!(panel, TicketMessage, 1).attachments[0].size, Some(5));
    assert_eq!(panel.told(GapKind::Dangling, "tik_queries", "first message"), 1);
    assert_eq!(panel.told(GapKind::PartUnread, "http_accounting", "no place"), 3);
}

#[test]
fn the_bytes_of_a_file_are_given_when_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dtc.sql");
    std::fs::write(&path, PANEL).unwrap();
    let input = Input::of(vec![path]);
    assert_eq!(attachment(&input, "1").unwrap().as_deref(), Some(&b"Hello"[..]));
    assert_eq!(attachment(&input, "2").unwrap(), None);
}
