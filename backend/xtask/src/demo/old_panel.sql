-- A small provider as its old WHMCS would dump it. {PAST}, {YEAR} and {NEXT} are years.
/*!40101 SET NAMES utf8 */;
CREATE TABLE `tblcurrencies` (`id` int NOT NULL, `code` text, `prefix` text, `suffix` text, `format` int, `rate` text, `default` int);
INSERT INTO `tblcurrencies` VALUES (1,'EUR','','',1,'1.00000',1);
CREATE TABLE `tblservers` (`id` int NOT NULL, `name` text, `hostname` text, `ipaddress` text, `type` text, `username` text, `password` text, `active` int);
INSERT INTO `tblservers` VALUES (1,'Saturn','saturn.example.org','192.0.2.1','cpanel','root','',1);
CREATE TABLE `tblproductgroups` (`id` int NOT NULL, `name` text);
INSERT INTO `tblproductgroups` VALUES (1,'Web hosting');
CREATE TABLE `tblproducts` (`id` int NOT NULL, `type` text, `gid` int, `name` text, `paytype` text, `servertype` text, `hidden` int, `retired` int, `tax` int);
INSERT INTO `tblproducts` VALUES (1,'hostingaccount',1,'Web Starter','recurring','cpanel',0,0,1),(2,'hostingaccount',1,'Web Business','recurring','cpanel',0,0,1);
CREATE TABLE `tbldomainpricing` (`id` int NOT NULL, `extension` text, `autoreg` text);
INSERT INTO `tbldomainpricing` VALUES (1,'.example','registrar');
CREATE TABLE `tblpricing` (`id` int NOT NULL, `type` text, `currency` int, `relid` int, `msetupfee` decimal(16,2), `qsetupfee` decimal(16,2), `ssetupfee` decimal(16,2), `asetupfee` decimal(16,2), `bsetupfee` decimal(16,2), `tsetupfee` decimal(16,2), `monthly` decimal(16,2), `quarterly` decimal(16,2), `semiannually` decimal(16,2), `annually` decimal(16,2), `biennially` decimal(16,2), `triennially` decimal(16,2));
INSERT INTO `tblpricing` VALUES
 (1,'product',1,1,0.00,0.00,0.00,0.00,0.00,0.00,4.90,-1.00,-1.00,49.00,-1.00,-1.00),
 (2,'product',1,2,0.00,0.00,0.00,0.00,0.00,0.00,12.90,-1.00,-1.00,-1.00,-1.00,-1.00),
 (3,'domainrenew',1,1,14.00,-1.00,-1.00,-1.00,-1.00,0.00,-1.00,-1.00,-1.00,-1.00,-1.00,-1.00);
CREATE TABLE `tblclients` (`id` int NOT NULL, `firstname` text, `lastname` text, `companyname` text, `email` text, `address1` text, `city` text, `postcode` text, `country` text, `currency` int, `credit` decimal(16,2), `datecreated` date, `status` text, `password` text, `notes` text);
INSERT INTO `tblclients` VALUES
 (7,'Ada','Lovelace','Analytical Engines Ltd','ada@old.example','12 St James Square','London','SW1Y','GB',1,12.50,'2019-02-03','Active','',NULL),
 (8,'Grace','Hopper','','grace@old.example','Weg 8','Hamburg','20095','DE',1,0.00,'2020-06-07','Active','',NULL),
 (9,'JÃ¼rgen','Gone','','gone@old.example','','','','DE',1,0.00,'2018-01-01','Closed','',NULL);
CREATE TABLE `tblusers` (`id` int NOT NULL, `first_name` text, `last_name` text, `email` text, `password` text, `second_factor` text, `created_at` text);
INSERT INTO `tblusers` VALUES (1,'Ada','Lovelace','ada@old.example','$2y$08$Hs5vQPp77iJMm5CzNXiDKeSU3/iEY2puZjiKH9l5nNxAPMawwwDSu','','2020-01-01 10:00:00'),(2,'Grace','Hopper','grace@old.example','$2y$08$Hs5vQPp77iJMm5CzNXiDKeSU3/iEY2puZjiKH9l5nNxAPMawwwDSu','','2020-06-07 10:00:00');
CREATE TABLE `tblusers_clients` (`id` int NOT NULL, `auth_user_id` int, `client_id` int, `owner` int, `permissions` text);
INSERT INTO `tblusers_clients` VALUES (1,1,7,1,NULL),(2,2,8,1,NULL);
CREATE TABLE `tblhosting` (`id` int NOT NULL, `userid` int, `packageid` int, `server` int, `regdate` date, `domain` text, `amount` text, `firstpaymentamount` text, `billingcycle` text, `nextduedate` date, `domainstatus` text, `username` text, `password` text, `dedicatedip` text, `assignedips` text, `suspendreason` text);
INSERT INTO `tblhosting` VALUES
 (21,7,1,1,'{PAST}-03-15','ada.example','45.00','45.00','Annually','{NEXT}-03-15','Active','ada','','','',''),
 (22,8,2,1,'{PAST}-06-10','grace.example','12.90','12.90','Monthly','{NEXT}-01-10','Active','grace','','','',''),
 (23,9,1,1,'2018-01-01','gone.example','4.90','4.90','Monthly','0000-00-00','Terminated','gone','','','','');
CREATE TABLE `tbldomains` (`id` int NOT NULL, `userid` int, `type` text, `registrationdate` date, `domain` text, `firstpaymentamount` decimal(16,2), `recurringamount` decimal(16,2), `registrar` text, `registrationperiod` int, `expirydate` date, `nextduedate` date, `status` text, `donotrenew` int, `idprotection` int);
INSERT INTO `tbldomains` VALUES (31,7,'Register','{PAST}-04-01','ada.example',14.00,14.00,'enom',1,'{NEXT}-04-01','{NEXT}-04-01','Active',0,0);
CREATE TABLE `tblinvoices` (`id` int NOT NULL, `userid` int, `invoicenum` text, `date` date, `duedate` date, `datepaid` text, `subtotal` decimal(16,2), `credit` decimal(16,2), `tax` decimal(16,2), `tax2` decimal(16,2), `total` decimal(16,2), `taxrate` text, `taxrate2` text, `status` text, `paymentmethod` text);
INSERT INTO `tblinvoices` VALUES
 (101,7,'W-101','{PAST}-03-15','{PAST}-03-22','{PAST}-03-17 09:10:11',45.00,0.00,0.00,0.00,45.00,'0.000','0.000','Paid','banktransfer'),
 (102,8,'W-102','{PAST}-12-10','{PAST}-12-17','0000-00-00 00:00:00',12.90,0.00,2.45,0.00,15.35,'19.000','0.000','Unpaid','banktransfer');
CREATE TABLE `tblinvoiceitems` (`id` int NOT NULL, `invoiceid` int, `userid` int, `type` text, `relid` int, `description` text, `amount` decimal(16,2), `taxed` int);
INSERT INTO `tblinvoiceitems` VALUES (1,101,7,'Hosting',21,'Web Starter, a year',45.00,0),(2,102,8,'Hosting',22,'Web Business, a month',12.90,1);
CREATE TABLE `tblaccounts` (`id` int NOT NULL, `userid` int, `currency` int, `gateway` text, `date` text, `description` text, `amountin` decimal(16,2), `fees` decimal(16,2), `amountout` decimal(16,2), `rate` text, `transid` text, `invoiceid` int, `refundid` int);
INSERT INTO `tblaccounts` VALUES (1,7,0,'banktransfer','{PAST}-03-17 09:10:11','Payment',45.00,0.00,0.00,'1.00000','B-1',101,0);
CREATE TABLE `tblticketdepartments` (`id` int NOT NULL, `name` text, `email` text, `hidden` text);
INSERT INTO `tblticketdepartments` VALUES (1,'Old support','support@old.example','');
CREATE TABLE `tbltickets` (`id` int NOT NULL, `tid` text, `did` int, `userid` int, `name` text, `email` text, `date` text, `title` text, `message` text, `status` text, `urgency` text, `admin` text, `attachment` text, `service` text, `merged_ticket_id` int);
INSERT INTO `tbltickets` VALUES (1,'ABC-123456',1,7,'','','{PAST}-05-05 08:00:00','How do I add a mailbox?','I cannot find it.','Answered','Medium','','','S21',0);
CREATE TABLE `tblticketreplies` (`id` int NOT NULL, `tid` int, `userid` int, `name` text, `date` text, `message` text, `admin` text, `attachment` text);
INSERT INTO `tblticketreplies` VALUES (1,1,0,'','{PAST}-05-05 09:00:00','Under Mail, New mailbox.','Ada Min','');
-- Dump completed
