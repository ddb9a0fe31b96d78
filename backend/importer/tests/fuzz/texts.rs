//! Small seeds of kinds without fixtures: each names what its reader has a branch for.

pub type Files = &'static [(&'static str, &'static str)];

/// Where accounts live on servers of hosting panels; stands in the texts as `HOME/`.
const HOMES: &str = concat!("/ho", "me/");

/// A text of these as it is on a server.
pub fn on_a_server(text: &str) -> String {
    text.replace("HOME/", HOMES)
}

/// The text of a constant of a reader's own tests: what they read well is a good thing to break.
pub fn of_tests(source: &str, begin: &str, end: &str) -> String {
    let (_, after) = source.split_once(begin).unwrap();
    after.split_once(end).unwrap().0.to_owned()
}

pub fn dtc() -> String {
    of_tests(include_str!("../../src/sources/dtc/tests.rs"), "const PANEL: &str = r\"", "\";\n")
}

pub fn fossbilling() -> String {
    of_tests(include_str!("../../src/sources/fossbilling/tests.rs"), "const SHOP: &str = r#\"", "\"#;\n")
}

pub fn virtualizor() -> String {
    of_tests(include_str!("../../src/sources/virtualizor/tests.rs"), "let dump = \"", "\";\n")
}

pub fn solusvm() -> String {
    of_tests(include_str!("../../src/sources/solusvm/tests.rs"), "const SERVERS: &str = r#\"", "\"#;\n")
}

/// A dump of WHMCS with the tables that others point to.
pub const WHMCS: Files = &[(
    "whmcs.sql",
    "CREATE TABLE `tblclients` (\n  `id` int(10),\n  `firstname` text,\n  `lastname` text,\n  `companyname` text,\n  `email` text,\n  `country` text,\n  `currency` int(10),\n  `credit` decimal(16,2),\n  `datecreated` date,\n  `status` text,\n  `password` text,\n  KEY `id` (`id`)\n);\n\
INSERT INTO `tblclients` VALUES (1,'Ann &amp; Bob','O\\'Neil','M\u{fc}ller \u{c3}\u{a4}','a@example.org','DE',1,12.50,'2014-03-30','Active','$2y$10$abc'),(2,'','','','','xx',9,'-1','0000-00-00','Odd','');\n\
CREATE TABLE `tblcurrencies` (`id` int, `code` text, `default` int);\nINSERT INTO `tblcurrencies` VALUES (1,'EUR',1);\n\
CREATE TABLE `tblhosting` (`id` int, `userid` int, `packageid` int, `server` int, `regdate` date, `domain` text, `amount` decimal(16,2), `billingcycle` text, `nextduedate` date, `domainstatus` text, `username` text, `password` text);\n\
INSERT INTO `tblhosting` VALUES (1,1,1,1,'2014-01-31','a.example',4.90,'Monthly','2026-02-28','Active','bob','x'),(2,7,9,0,'0000-00-00','',0,'Free Account','0000-00-00','Fraud','','');\n\
CREATE TABLE `tblinvoices` (`id` int, `userid` int, `invoicenum` text, `date` date, `duedate` date, `datepaid` datetime, `subtotal` decimal(16,2), `tax` decimal(16,2), `total` decimal(16,2), `taxrate` decimal(10,2), `status` text);\n\
INSERT INTO `tblinvoices` VALUES (1,1,'R-1','2020-01-01','2020-01-14','2020-01-02 02:30:00',10.00,1.90,11.90,19.00,'Paid');\n\
CREATE TABLE `tblinvoiceitems` (`id` int, `invoiceid` int, `userid` int, `type` text, `relid` int, `description` text, `amount` decimal(16,2), `taxed` int);\n\
INSERT INTO `tblinvoiceitems` VALUES (1,1,1,'Hosting',1,'Web (01/01/2020 - 31/01/2020)',10.00,1),(2,99,1,'',0,'lost',1,0);\n\
CREATE TABLE `tbltickets` (`id` int, `tid` text, `did` int, `userid` int, `date` datetime, `title` text, `message` text, `status` text, `attachment` text);\n\
INSERT INTO `tbltickets` VALUES (1,'ABC',1,1,'2020-01-01 10:00:00','Help','<b>x</b>','Open','a.txt|../../b');\n\
CREATE TABLE `tblx` (`id` int);\nINSERT INTO `tblx` VALUES (1),(2);\n",
)];

/// An answer of WHMCS's API.
pub const WHMCS_ANSWER: Files = &[(
    "getclients.json",
    r#"{"result":"success","totalresults":2,"startnumber":0,"numreturned":2,"clients":{"client":[{"id":1,"firstname":"Ann","lastname":"O'Neil","companyname":"","email":"a@example.org","datecreated":"2014-03-30","groupid":0,"status":"Active"},{"id":"2","firstname":"B"}]}}"#,
)];

/// An account of cPanel.
pub const CPANEL: Files = &[
    (
        "cpmove-bob/cp/bob",
        "USER=bob\nDNS=main.example\nPLAN=gold\nOWNER=reseller\nMAXPOP=5\nODD=x\nSTARTDATE=1400000000\nDNS1=addon.example\n",
    ),
    ("cpmove-bob/shadow", "!$6$s$h"),
    ("cpmove-bob/quota", "250\n"),
    ("cpmove-bob/meta/hostname", "Web1.Example\n"),
    ("cpmove-bob/suspended/bob", "Nonpayment"),
    ("cpmove-bob/version", "pkgacct version: 12\narchive version: 9\n"),
    ("cpmove-bob/addons", "addon.example=addon.main.example\n"),
    ("cpmove-bob/sds2", "blog_main.example=public_html/blog\n"),
    ("cpmove-bob/pds", "parked.example\n"),
    (
        "cpmove-bob/userdata/main",
        "---\nmain_domain: main.example\naddon_domains:\n  addon.example: addon.main.example\nparked_domains:\n  - parked.example\nsub_domains:\n  - blog.main.example\n",
    ),
    (
        "cpmove-bob/userdata/main.example",
        "---\ndocumentroot: HOME/bob/public_html\nip: 192.0.2.1\nserveralias: www.main.example\nphpversion: ea-php82\n",
    ),
    (
        "cpmove-bob/dnszones/main.example.db",
        "$TTL 14400\n@ 86400 IN SOA ns1.x.example. root.x.example. 1 2 3 4 5\n@ IN NS ns1.x.example.\nmail IN A 192.0.2.1\n",
    ),
    (
        "cpmove-bob/va/main.example",
        "sales@main.example: bob, x@y.example\n*: :fail: No\nlist@main.example: |/usr/bin/x\n",
    ),
    ("cpmove-bob/vf/main.example", "*: bob\n"),
    ("cpmove-bob/homedir/etc/main.example/shadow", "info:$6$a$b:18000::::::\n"),
    ("cpmove-bob/homedir/etc/main.example/passwd", "info:x:1001:1001::HOME/bob/mail/main.example/info:/bin/bash\n"),
    ("cpmove-bob/homedir/etc/main.example/quota", "info:52428800\n"),
    ("cpmove-bob/homedir/mail/main.example/info/cur/1.x,S=10:2,S", "0123456789"),
    (
        "cpmove-bob/homedir/.autorespond/info@main.example",
        "From: \"I\" <info@main.example>\nSubject: Away\n\nBack soon",
    ),
    (
        "cpmove-bob/mysql.sql",
        "GRANT USAGE ON *.* TO 'bob_u'@'localhost' IDENTIFIED BY PASSWORD '*0123456789ABCDEF0123456789ABCDEF01234567';\nGRANT ALL PRIVILEGES ON `bob\\_db`.* TO 'bob_u'@'localhost';\n",
    ),
    ("cpmove-bob/mysql/bob_db.sql", "-- dump\n"),
    ("cpmove-bob/mysql/bob_db.create", "CREATE DATABASE `bob_db` DEFAULT CHARACTER SET utf8;\n"),
    ("cpmove-bob/cron/bob", "MAILTO=x@y\n*/5 * * * * /usr/bin/php x.php\n@daily y\nodd\n"),
    (
        "cpmove-bob/proftpdpasswd",
        "bob:$6$x:1:1:bob:HOME/bob:/bin/ftpsh\nweb@main.example:$1$x:1:1:bob:HOME/bob/public_html:/bin/ftpsh\n",
    ),
    ("cpmove-bob/sslcerts/main.example.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
    ("cpmove-bob/sslkeys/main.example.key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
    ("cpmove-bob/homedir/public_html/index.html", "12345"),
];

/// An answer of cPanel's API.
pub const CPANEL_ANSWER: Files = &[(
    "list_pops.json",
    r#"{"status":1,"errors":null,"data":[{"email":"info@main.example","login":"info@main.example","suspended_login":0,"diskused":"1.5","diskquota":"unlimited"}],"metadata":{}}"#,
)];

/// A backup of DirectAdmin.
pub const DIRECTADMIN: Files = &[
    (
        "backup/user.conf",
        "username=bob\nemail=bob@x.example\ndomain=main.example\ncreator=admin\npackage=gold\nquota=500\nbandwidth=unlimited\nsuspended=no\ndate_created=Mon Jan 02 15:04:05 2006\nns1=ns1.x.example\n",
    ),
    ("backup/.shadow", "$6$s$h"),
    ("backup/crontab.conf", "MAILTO=x@y\n1=*/5 * * * * /usr/bin/php x.php\n2=odd\n"),
    ("backup/home.tar.gz", "packed"),
    ("backup/bandwidth.tally", "1"),
    ("backup/main.example/domain.conf", "active=yes\ndefaultdomain=yes\nssl=ON\nphp1_select=2\n"),
    (
        "backup/main.example/main.example.db",
        "$TTL 14400\n@ IN SOA ns1.x.example. root.x.example. 1 2 3 4 5\n@ IN NS ns1.x.example.\n",
    ),
    ("backup/main.example/subdomain.list", "blog\nshop\nbad name\n"),
    (
        "backup/main.example/domain.subdomains.docroot.override",
        "shop=public_html=%2Fhome%2Fbob%2Fdomains%2Ffirst.example%2Fs\n",
    ),
    ("backup/main.example/domain.pointers", "a.example=alias\nb.example=type=pointer\nc.example=odd\n"),
    (
        "backup/main.example/ftp.passwd",
        "web@main.example=passwd=$6$a$b&path=%2Fhome%2Fbob&type=domain\nold@main.example=$1$c$d\n",
    ),
    ("backup/main.example/domain.cert", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ("backup/main.example/email/passwd", "info:$6$a$b\nold:$1$a$b:1:1::/h:/bin/false\nbroken\n"),
    ("backup/main.example/email/quota", "info:52428800\nold:50\nghost:1\n"),
    ("backup/main.example/email/aliases", "bob:bob\nsales:info,x@y.example\nno: :blackhole:\n"),
    ("backup/main.example/email/email.conf", "catchall=:fail:\nodd=1\n"),
    ("backup/main.example/email/autoresponder.conf", "info:\n"),
    (
        "backup/main.example/email/vacation.conf",
        "old=startyear=2024&startmonth=5&startday=6&endyear=2024&endmonth=6&endday=1&subject=Away%21\n",
    ),
    ("backup/main.example/email/reply/info.msg", "Subject: Hi\n\nBack soon"),
    ("backup/main.example/email/filter", "if x then\n"),
    ("imap/main.example/info/Maildir/cur/1.x,S=10:2,S", "0123456789"),
    ("backup/bob_a.sql.gz", "packed"),
    (
        "backup/bob_a.conf",
        "accesshosts=0=localhost&1=10.0.0.1\ndb_collation=CATALOG_NAME=def&DEFAULT_CHARACTER_SET_NAME=utf8&DEFAULT_COLLATION_NAME=utf8_bin&SCHEMA_NAME=bob_a\nbob_u=passwd=%2A0123456789ABCDEF0123456789ABCDEF01234567&select_priv=Y&drop_priv=N&insert_priv=Y\n",
    ),
    ("backup/bob_b.sql", "-- dump"),
    ("domains/main.example/public_html/index.html", "12345"),
];

/// A backup of HestiaCP or VestaCP, but for its mail.
pub const HESTIA: Files = &[
    (
        "./PANEL/user.conf",
        "NAME='Bob O'Brien'\nPACKAGE='gold'\nCONTACT='bob@x.example'\nMD5='$6$s$h'\nDISK_QUOTA='500'\nWEB_DOMAINS='5'\nSUSPENDED='no'\nRKEY='secret'\nU_DISK='12'\nTIME='10:11:12'\nDATE='2020-02-03'\n",
    ),
    ("./pam/passwd", "bob:x:1001:1001:bob@x.example:HOME/bob:/bin/bash\n"),
    ("./pam/shadow", "bob:$6$s$h:18000:0:99999:7:::\n"),
    (
        "./web/a.example/PANEL/web.conf",
        "DOMAIN='a.example' IP='192.0.2.1' IP6='' ALIAS='www.a.example,b.example' TPL='default' SSL='yes' FTP_USER='bob_web:bob_two' FTP_MD5='$6$a$b:$6$c$d' FTP_PATH=':/sub' BACKEND='PHP-8_2' SUSPENDED='no' TIME='1' DATE='2'\n",
    ),
    ("./web/a.example/domain_data.tar.gz", "packed"),
    ("./web/a.example/conf/nginx.conf", "server {}"),
    (
        "./dns/a.example/PANEL/dns.conf",
        "DOMAIN='a.example' IP='192.0.2.1' TPL='default' TTL='14400' SOA='ns1.x.example'\n",
    ),
    (
        "./dns/a.example/PANEL/a.example.conf",
        "ID='1' RECORD='@' TYPE='NS' PRIORITY='' VALUE='ns1.x.example.' SUSPENDED='no'\nID='2' RECORD='@' TYPE='MX' PRIORITY='10' VALUE='mail.a.example' SUSPENDED='no'\nID='3' RECORD='www' TYPE='A' PRIORITY='' VALUE='192.0.2.1' SUSPENDED='yes'\nID='4' RECORD='t' TYPE='TXT' PRIORITY='' VALUE='say \"x\"' SUSPENDED='no'\nbroken\n",
    ),
    ("./dns/a.example/conf/a.example.db", "$TTL 14400\n"),
    ("./mail/a.example/PANEL/mail.conf", "DOMAIN='a.example' ANTIVIRUS='no' CATCHALL='info@a.example'\n"),
    (
        "./mail/a.example/PANEL/a.example.conf",
        "ACCOUNT='info' ALIAS='sales,hello' AUTOREPLY='yes' FWD='x@y.example' FWD_ONLY='yes' MD5='{BLF-CRYPT}$2y$05$x' QUOTA='100' U_DISK='1' SUSPENDED='no'\nACCOUNT='info' MD5='x'\n",
    ),
    ("./mail/a.example/conf/autoreply.info.msg", "Back soon"),
    ("./mail/a.example/PANEL/a.example.pem", "key"),
    (
        "./db/bob_db/PANEL/db.conf",
        "DB='bob_db' DBUSER='bob_u' MD5='*0123456789ABCDEF0123456789ABCDEF01234567' HOST='localhost' TYPE='mysql' CHARSET='UTF8' SUSPENDED='no'\n",
    ),
    ("./db/bob_db/conf/bob_db.mysql.bob_u", "GRANT ALL PRIVILEGES ON `bob\\_db`.* TO 'bob_u'@'%';\nDROP TABLE x;\n"),
    ("./db/bob_db/bob_db.mysql.sql.gz", "packed"),
    (
        "./cron/cron.conf",
        "JOB='1' MIN='*/5' HOUR='*' DAY='*' MONTH='*' WDAY='*' CMD='echo %quote%it's%quote%' SUSPENDED='yes' TIME='1' DATE='2'\nJOB='2' MIN='1'\n",
    ),
    ("./user_dir/stuff.tar.gz", "packed"),
];

/// The archive of mail in it.
pub const HESTIA_MAIL: Files =
    &[("info/cur/1.x,S=900:2,S", "From: a\n\nhello"), ("info/.Sent/cur/2.y:2,", "12345"), ("gone/new/3.z", "1")];

pub const PROXMOX: Files = &[
    (
        "qemu-server/100.conf",
        "#a note\nagent: 1\nboot: order=scsi0;net0\ncores: 2\nmemory: 2048\nname: web\nnet0: virtio=DE:AD:BE:EF:00:01,bridge=vmbr0,tag=5\nscsi0: local-lvm:vm-100-disk-0,size=32G\nide2: none,media=cdrom\nsmbios1: uuid=c7a5fdbd-edaf-9455-926a-d65c16db1809\n\n[PENDING]\ncores: 4\n\n[snap]\nmemory: 1024\nsnaptime: 1400000000\n",
    ),
    (
        "lxc/101.conf",
        "arch: amd64\nhostname: ct\nmemory: 512\nnet0: name=eth0,bridge=vmbr0,hwaddr=DE:AD:BE:EF:00:02,ip=192.0.2.5/24,gw=192.0.2.1\nrootfs: local:101/vm-101-disk-0.raw,size=8G\nmp0: /srv,mp=/srv\nunprivileged: 1\nlxc.apparmor.profile: x\n",
    ),
];

pub const LIBVIRT: Files = &[(
    "a.xml",
    "<domain type='kvm' id='3'><name>web</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><memory unit='KiB'>1048576</memory><vcpu current='1'>2</vcpu><os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a.qcow2'/><target dev='vda' bus='virtio'/></disk><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface><graphics type='vnc' port='5901' passwd='x'/></devices></domain>",
)];

pub const XEN: Files = &[
    (
        "a.cfg",
        "name = 'web'\nuuid = 'c7a5fdbd-edaf-9455-926a-d65c16db1809'\nmemory = 1024\nmaxmem = 2048\nvcpus = 2\ndisk = [ 'phy:/dev/vg/web,xvda1,w', 'file:/a.img,hdc:cdrom,r' ]\nvif = [ 'mac=00:16:3e:00:00:01,bridge=xenbr0,ip=192.0.2.5' ]\nbootloader = '/usr/bin/pygrub'\nextra = \"console=hvc0 \" + 'x'\n",
    ),
    (
        "b.sexpr",
        "(domain (domid 5) (name web) (memory 400) (maxmem 800) (vcpus 1) (uuid c7a5fdbd-edaf-9455-926a-d65c16db1809) (image (linux (kernel /k) (args 'root=/dev/xvda1'))) (device (vbd (dev xvda1:disk) (uname file:/a.img) (mode w))) (device (vif (mac 00:16:3e:00:00:01) (bridge xenbr0))))",
    ),
];

pub const QEMU: Files = &[(
    "a.args",
    "LC_ALL=C exec /usr/bin/qemu-system-x86_64 -enable-kvm -name guest=web,debug-threads=on -m 2G -smp 2,maxcpus=4 \\\n -uuid c7a5fdbd-edaf-9455-926a-d65c16db1809 -drive file=/a,,b.qcow2,if=none,id=d0,format=qcow2,cache=none \\\n -device virtio-blk-pci,drive=d0,bootindex=2 -drive file=/cd.iso,media=cdrom -netdev tap,id=n0,ifname=tap3,br=br0 \\\n -device virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01,bootindex=1 -device vfio-pci,host=01:00.0 -vnc 127.0.0.1:2 -odd x",
)];

pub const OPENVZ: Files = &[(
    "101.conf",
    "ONBOOT=\"yes\"\nKMEMSIZE=\"14372700:14790164\"\nPHYSPAGES=\"0:524288\"\nSWAPPAGES=\"0:1G\"\nDISKSPACE=\"2G:2.2G\"\nQUOTATIME=\"0\"\nCPUUNITS=\"1000\"\nCPUS=\"2\"\nVE_ROOT=\"/vz/root/$VEID\"\nVE_PRIVATE=\"/vz/private/$VEID\"\nOSTEMPLATE=\"debian-8\"\nORIGIN_SAMPLE=\"basic\"\nHOSTNAME=\"ct.example\"\nIP_ADDRESS=\"192.0.2.5 2001:db8::5\"\nNAMESERVER=\"192.0.2.1\"\nNETIF=\"ifname=eth0,bridge=vmbr0,mac=00:18:51:00:00:01\"\n",
)];

pub const ZONE: Files = &[(
    "a.example.db",
    "$TTL 1h\n@ IN SOA ns1.a.example. root.a.example. ( 2024010101 ; serial\n 3600 900 1209600 300 )\n IN NS ns1\nns1 A 192.0.2.1\n AAAA 2001:db8::1\n@ MX 10 mail\nmail CNAME ns1\n_sip._tcp SRV 1 2 5060 ns1\nt TXT \"v=spf1\" ( \"a;b\" )\n$GENERATE 1-3 h$ A 192.0.2.$\n@ CAA 0 issue \"ca.example\"\nsub.$ORIGIN x\n* TYPE65280 \\# 3 010203\n",
)];

pub const MBOX: Files = &[(
    "bob.mbox",
    "From a@b Mon Jan  1 00:00:00 2024\nX-IMAPbase: 1400000000 0000000007 $Forwarded\nFrom: a@b\nX-UID: 7\nStatus: RO\nContent-Length: 6\nMessage-ID: <1@b>\n\nhello\n\nFrom a@b Tue Feb 29 12:00:00 2023\nSubject: x\n\n>From me\n",
)];

/// A Maildir with what Dovecot and Courier lay beside the messages.
pub const MAILDIR: Files = &[
    ("a.example/info/cur/1400000000.M1P1.host,S=26,W=28:2,FSa", "Message-ID: <1@a>\n\nhello\n"),
    ("a.example/info/new/1400000001.M2P1.host", "Subject: x\n\nhello\n"),
    ("a.example/info/tmp/x", "1"),
    (
        "a.example/info/dovecot-uidlist",
        "3 V1400000000 N9 Gabc\n7 :1400000000.M1P1.host,S=26,W=28\n8 W18 :1400000001.M2P1.host\n",
    ),
    ("a.example/info/dovecot-keywords", "0 $Forwarded\n1 blue\n"),
    ("a.example/info/maildirsize", "1000000S,500C\n26 1\n"),
    ("a.example/info/subscriptions", "Sent\nDrafts.&AOk-\n"),
    ("a.example/info/.Sent/cur/2.y:2,S", "\n12345"),
    ("a.example/info/.Drafts.&AOk-/cur/3.z", "x: y\n\n1"),
];
