//! What may be used as a name. libvirt makes file names from them, so they are kept narrow.

use crate::command::GuestRef;
use crate::error::NodeError;

fn invalid(reason: String) -> NodeError {
    NodeError::Invalid { reason }
}

/// Letters, digits, `.`, `_` and `-`, not beginning with `.` or `-`, at most 120 characters.
pub(crate) fn check(what: &str, name: &str) -> Result<(), NodeError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let good = !name.is_empty() && name.len() <= 120 && !name.starts_with(['.', '-']) && name.chars().all(allowed);
    if good { Ok(()) } else { Err(invalid(format!("{name:?} cannot be the name of a {what}"))) }
}

/// A name that somebody else gave: anything that libvirt takes and that leads into no folder.
fn check_given(what: &str, name: &str) -> Result<(), NodeError> {
    let allowed = |c: char| !c.is_control() && c != '/';
    let good = !name.is_empty() && name.len() <= 255 && !name.starts_with('.') && name.chars().all(allowed);
    if good { Ok(()) } else { Err(invalid(format!("{name:?} cannot be the name of a {what} that was taken over"))) }
}

/// A UUID in its usual form, and a usable name.
pub(crate) fn check_guest(guest: &GuestRef) -> Result<(), NodeError> {
    if guest.adopted {
        check_given("guest", &guest.name)?
    } else {
        check("guest", &guest.name)?
    }
    check_uuid(guest)
}

fn check_uuid(guest: &GuestRef) -> Result<(), NodeError> {
    let groups: Vec<&str> = guest.uuid.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hex = groups.iter().all(|group| group.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')));
    if hex && lengths == [8, 4, 4, 4, 12] {
        Ok(())
    } else {
        Err(invalid(format!("{:?} is not a UUID in lower case", guest.uuid)))
    }
}

/// A volume that belongs to the guest: its name contains the guest's. One that was taken over
/// has a volume of any name.
pub(crate) fn check_volume_of(guest: &GuestRef, volume: &str) -> Result<(), NodeError> {
    if guest.adopted {
        return check_given("volume", volume);
    }
    check("volume", volume)?;
    if volume.contains(&guest.name) {
        Ok(())
    } else {
        Err(invalid(format!("volume {volume:?} does not carry the name of guest {:?}", guest.name)))
    }
}

/// A hardware address of one station, in lower case.
pub(crate) fn check_mac(mac: &str) -> Result<(), NodeError> {
    let octets: Vec<&str> = mac.split(':').collect();
    let hex = octets.iter().all(|octet| octet.len() == 2 && octet.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')));
    let first = octets.first().and_then(|octet| u8::from_str_radix(octet, 16).ok());
    if hex && octets.len() == 6 && first.is_some_and(|first| first & 1 == 0) {
        Ok(())
    } else {
        Err(invalid(format!("{mac:?} is not a hardware address of one station in lower case")))
    }
}

/// One line of printable text.
pub(crate) fn check_line(what: &str, text: &str) -> Result<(), NodeError> {
    if text.chars().any(char::is_control) {
        Err(invalid(format!("{what} contains a control character")))
    } else {
        Ok(())
    }
}

/// A host name label or a dotted name.
pub(crate) fn check_hostname(name: &str) -> Result<(), NodeError> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(invalid(format!("{name:?} is not a host name")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn names_that_escape_the_folder_are_refused() {
        for name in ["", ".hidden", "../etc", "a/b", "-rf", "a b", "a\0b", "ä"] {
            assert!(check("volume", name).is_err(), "{name:?}");
        }
        assert!(check("volume", "srv_01.disk-2").is_ok());
    }

    #[test]
    fn a_group_address_is_no_hardware_address_of_a_guest() {
        assert!(check_mac("52:54:00:00:00:01").is_ok());
        for mac in ["53:54:00:00:00:01", "52:54:00:00:00", "52:54:00:00:00:0G", "52:54:00:00:00:0A"] {
            assert!(check_mac(mac).is_err(), "{mac}");
        }
    }

    #[test]
    fn a_guest_that_was_taken_over_keeps_its_odd_name() {
        let guest = |name: &str| GuestRef {
            uuid: "0190c0de-0000-7000-8000-000000000001".into(),
            name: name.into(),
            adopted: true,
        };
        assert!(check_guest(&guest("Web server (old)")).is_ok());
        for name in ["", ".hidden", "../etc", "a/b", "a\nb"] {
            assert!(check_guest(&guest(name)).is_err(), "{name:?}");
            assert!(check_volume_of(&guest("web"), name).is_err(), "{name:?}");
        }
        assert!(check_volume_of(&guest("web"), "disk of another name.img").is_ok());
        assert!(check_guest(&GuestRef { adopted: false, ..guest("Web server (old)") }).is_err());
    }

    #[test]
    fn a_volume_of_another_guest_is_refused() {
        let guest =
            GuestRef { uuid: "0190c0de-0000-7000-8000-000000000001".into(), name: "srv_1".into(), adopted: false };
        assert!(check_guest(&guest).is_ok());
        assert!(check_volume_of(&guest, "srv_1.disk").is_ok());
        assert!(check_volume_of(&guest, "srv_2.disk").is_err());
    }
}
