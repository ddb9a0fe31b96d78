//! What this slice refuses.

use crate::refusals;

refusals! {
    /// Refusals about servers and tasks.
    pub enum ServerRefusal {
        /// Suspended; the argument `reason` says why.
        Suspended = "servers.suspended", Conflict;
        /// Not paid for yet, so not built.
        NotPaid = "servers.not_paid", Conflict;
        /// Deleted, or being deleted.
        Deleted = "servers.deleted", Conflict;
        /// There is nothing to undo.
        NotDeleted = "servers.not_deleted", Conflict;
        /// The disk is gone, or is being deleted for good.
        NotRestorable = "servers.not_restorable", Conflict;
        /// Somebody changed it meanwhile.
        Changed = "servers.changed", Conflict;
        /// No node has room (or an address) for it.
        NoRoom = "servers.no_room", Conflict;
        /// The plan is too small for the image.
        ImageTooLarge = "servers.image_too_large", Invalid, "image_id";
        /// Not a host name.
        BadHostname = "servers.bad_hostname", Invalid, "hostname";
        /// Not a public SSH key that we know.
        BadSshKey = "servers.bad_ssh_key", Invalid, "ssh_keys";
        /// More keys than a server takes.
        TooManyKeys = "servers.too_many_keys", Invalid, "ssh_keys";
        /// The node does not answer; the server's state is unknown.
        NodeSilent = "servers.node_silent", Unavailable;
        /// The node has no console for this server.
        NoConsole = "servers.no_console", Conflict;
        /// The task is neither waiting nor in need of attention.
        TaskNotWaiting = "servers.task_not_waiting", Conflict;
    }
}
