//! What tickets refuse.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum TicketRefusal {
        /// A department has no name, or one that is too long.
        DepartmentName = "tickets.department_name", Invalid, "name";
        /// Two departments may not carry one name.
        DepartmentTaken = "tickets.department_taken", Conflict, "name";
        /// The department's mail address is not one.
        DepartmentEmail = "tickets.department_email", Invalid, "email";
        /// There is no such department to write to.
        DepartmentUnknown = "tickets.department_unknown", Invalid, "department_id";
        /// The caller reaches several customers and named none.
        CustomerRequired = "tickets.customer_required", Invalid, "customer_id";
        /// The server is not one of this customer.
        ServerUnknown = "tickets.server_unknown", Invalid, "server_id";
        /// There is no subject.
        SubjectMissing = "tickets.subject_missing", Invalid, "subject";
        /// The subject is too long.
        SubjectTooLong = "tickets.subject_too_long", Invalid, "subject";
        /// There is no message.
        BodyMissing = "tickets.body_missing", Invalid, "body";
        /// The message is too long.
        BodyTooLong = "tickets.body_too_long", Invalid, "body";
        /// Only staff call something urgent.
        UrgentByStaff = "tickets.urgent_by_staff", Invalid, "priority";
        /// Too many files in one message.
        TooManyFiles = "tickets.too_many_files", Invalid, "files";
        /// A file is not Base64.
        FileUnreadable = "tickets.file_unreadable", Invalid, "files";
        /// A file without content.
        FileEmpty = "tickets.file_empty", Invalid, "files";
        /// A file is too large.
        FileTooLarge = "tickets.file_too_large", TooLarge, "files";
        /// The files of one message are too large together.
        FilesTooLarge = "tickets.files_too_large", TooLarge, "files";
        /// The files of the whole ticket would be too large.
        TicketFull = "tickets.full", TooLarge, "files";
        /// The ticket has too many messages to go on.
        TooLong = "tickets.too_long", Conflict;
        /// The customer opened many tickets today.
        TooManyOpened = "tickets.too_many_opened", TooMany;
        /// Many replies within the hour.
        TooManyReplies = "tickets.too_many_replies", TooMany;
        /// It was closed already.
        AlreadyClosed = "tickets.already_closed", Conflict;
        /// Somebody else changed it at the same moment.
        Changed = "tickets.changed", Conflict;
        /// The assignee is not an active member of staff.
        AssigneeUnknown = "tickets.assignee_unknown", Invalid, "assigned_to";
        /// Nothing to change was named.
        NothingToAssign = "tickets.nothing_to_assign", Invalid, "assigned_to";
    }
}
