//! What nodes refuse.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum NodeRefusal {
        /// A name is 1 to 63 of a-z, 0-9, '-' and '.'.
        Name = "nodes.name", Invalid, "name";
        /// A text is empty, too long or has control characters; the caller names the field.
        Text = "nodes.text", Invalid;
        /// A total is below zero or too large; the caller names the field.
        Total = "nodes.total", Invalid;
        /// The address is not one that libvirt opens.
        Uri = "nodes.uri", Invalid, "uri";
        /// Another node has this name.
        NameTaken = "nodes.name_taken", Conflict, "name";
        /// The node did not answer, and no totals were given.
        Unreachable = "nodes.unreachable", Conflict, "uri";
        /// More is reserved on the node than the new totals.
        TotalsBelowReserved = "nodes.totals_below_reserved", Conflict;
        /// Something is still reserved on the node.
        InUse = "nodes.in_use", Conflict, "state";
        /// The node is removed.
        Removed = "nodes.removed", Conflict;
        /// The node has no room for it, or takes nothing new.
        NoRoom = "nodes.no_room", Conflict;
        /// Somebody else changed it at the same moment.
        ChangedMeanwhile = "nodes.changed_meanwhile", Conflict;
    }
}
