//! What is planted in each format, and before what: an unknown key, column, table or element, where one may stand.

pub type Places = &'static [(&'static str, &'static str)];

const ELEMENT: &str = "<zzplanted>zzplantedzz</zzplanted>";
const ROW: &str = "INSERT INTO `zzplanted` VALUES (1);\n";

pub const IN_DUMPS: Places = &[("INSERT INTO ", ROW), ("CREATE TABLE ", ROW)];
pub const IN_CPANEL: Places = &[("\nPLAN=", "\nZZPLANTED=zzplantedzz"), ("\nOWNER=", "\nZZPLANTED=zzplantedzz")];
pub const IN_DIRECTADMIN: Places = &[("\npackage=", "\nzzplanted=zzplantedzz")];
pub const IN_HESTIA: Places = &[
    ("\nPACKAGE='", "\nZZPLANTED='zzplantedzz'"),
    ("DOMAIN='", "ZZPLANTED='zzplantedzz' "),
    ("ACCOUNT='", "ZZPLANTED='zzplantedzz' "),
    ("DB='", "ZZPLANTED='zzplantedzz' "),
    ("ID='", "ZZPLANTED='zzplantedzz' "),
];
pub const IN_PROXMOX: Places = &[("\nmemory:", "\nzzplanted: zzplantedzz"), ("\nname:", "\nzzplanted: zzplantedzz")];
pub const IN_XEN: Places =
    &[("\nmemory", "\nzzplanted = 'zzplantedzz'"), ("(memory ", "(zzplanted zzplantedzz)"), ("</domain>", ELEMENT)];
pub const IN_QEMU: Places = &[(" -m ", " -zzplanted zzplantedzz"), (" -name ", " -zzplanted zzplantedzz")];
pub const IN_DOMAINS: Places =
    &[("</domain>", ELEMENT), ("</interface>", ELEMENT), ("</disk>", ELEMENT), ("</os>", ELEMENT)];
pub const IN_TABLES: Places = &[("\n18;", "\nzzplanted;Zz;;;;;;;;;;;;;;;")];
pub const IN_MANIFESTS: Places = &[("</manifest>", ELEMENT)];
