//! What images refuse.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum ImageRefusal {
        /// A name is 1 to 80 characters on one line.
        Name = "images.name", Invalid, "name";
        /// A family is 1 to 40 of a-z, 0-9 and '-'.
        Family = "images.family", Invalid, "family";
        /// An absolute path without `..` is wanted; the caller names the field.
        Path = "images.path", Invalid;
        /// This way to boot needs the file; the caller names the field.
        FileWanted = "images.file_wanted", Invalid;
        /// This way to boot has no use for the file; the caller names the field.
        FileUnused = "images.file_unused", Invalid;
        /// The command line is longer than 1,000 characters or has control characters.
        CommandLine = "images.command_line", Invalid, "command_line";
        /// A minimum is below zero or too large; the caller names the field.
        Minimum = "images.minimum", Invalid;
        /// Another image has this name.
        NameTaken = "images.name_taken", Conflict, "name";
        /// The image is retired already.
        Retired = "images.retired", Conflict;
        /// The image is not offered (any more).
        NotOffered = "images.not_offered", Conflict, "image_id";
    }
}
