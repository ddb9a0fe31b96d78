//! `cargo xtask migration new`: the same empty migration for both databases.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

const DATABASES: [&str; 2] = ["sqlite", "postgres"];

pub(super) fn new(root: &Path, name: &str) -> anyhow::Result<()> {
    let plain = name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !plain || !name.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        bail!("`{name}` is no name for a migration: small letters, digits and underscores");
    }
    let migrations = root.join("migrations");
    let folder = format!("{:04}_{name}", next_number(&migrations)?);
    for database in DATABASES {
        let path = migrations.join(database).join(&folder);
        fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        for (file, heading) in
            [("up.sql", format!("-- {name}: why it is needed.\n")), ("down.sql", format!("-- Undoes {name}.\n"))]
        {
            let file = path.join(file);
            fs::write(&file, heading).with_context(|| format!("writing {}", file.display()))?;
            println!("{}", file.strip_prefix(root).unwrap_or(&file).display());
        }
    }
    Ok(())
}

/// One more than the highest number either database has.
fn next_number(migrations: &Path) -> anyhow::Result<u32> {
    let mut highest = 0;
    for database in DATABASES {
        let folder = migrations.join(database);
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let number = name.split('_').next().unwrap_or_default().parse();
            highest = highest.max(number.unwrap_or(0));
        }
    }
    Ok(highest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Folder;

    #[test]
    fn numbers_go_on_from_the_higher_of_the_two() {
        let root = Folder::new("migration").unwrap();
        new(root.path(), "first").unwrap();
        fs::create_dir_all(root.path().join("migrations/postgres/0007_other")).unwrap();
        new(root.path(), "add_tickets").unwrap();
        for database in DATABASES {
            for file in ["0001_first/up.sql", "0008_add_tickets/down.sql"] {
                assert!(root.path().join("migrations").join(database).join(file).exists());
            }
        }
    }

    #[test]
    fn a_name_that_is_no_file_name_is_refused() {
        let root = Folder::new("migration").unwrap();
        for name in ["Add", "a-b", "", "1st", "a/b"] {
            assert!(new(root.path(), name).is_err(), "{name}");
        }
    }
}
