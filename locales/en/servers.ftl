# Servers and tasks

servers-state-running = Running
servers-state-shut_off = Off
servers-state-paused = Paused
servers-state-crashed = Crashed
servers-state-unknown = Unknown
servers-state-absent = Missing on its node
servers-state-planned = Not built yet
servers-state-unpaid = Waiting for payment
servers-state-suspended = Suspended
servers-state-deleted = Deleted

task-servers-create = Build and start
task-servers-start = Start
task-servers-shut-down = Shut down
task-servers-reboot = Reboot
task-servers-power-off = Power off
task-servers-suspend = Suspend
task-servers-resume = End the suspension
task-servers-delete = Delete
task-servers-restore = Restore
task-servers-reconcile = Bring it to what was asked for
task-servers-observe = Look at all servers of a node
task-servers-purge = Erase the disk for good
task-renewals-run = Renewal run
task-renewals-one = Renew one subscription
task-nodes-probe = Look at a node
task-notifications-send = Send a mail

task-state-queued = Waiting
task-state-running = Under way
task-state-done = Done
task-state-attention = Needs attention
task-state-cancelled = Given up

step-look = Look at it
step-ensure_volume = Make the disk
step-ensure_seed = Write hostname, keys and addresses
step-ensure_filter = Protect its addresses
step-ensure_domain = Define the server
step-start = Switch on
step-read_greeting = Wait for its first words
step-shut_down = Ask it to shut down
step-await_stop = Wait until it is off
step-power_off = Cut the power
step-reboot = Ask it to reboot
step-reset = Reset it
step-undefine = Take it off the node
step-remove_filter = Remove the address protection
step-quarantine_volume = Put the disk aside
step-restore_volume = Bring the disk back
step-remove_seed = Remove its set-up data
step-drop_disk = Strike off the disk
step-release_addresses = Give the addresses back

error-servers-suspended = { $reason ->
    [none] This server is suspended.
   *[other] This server is suspended: { $reason }.
}
error-servers-not_paid = This server is built once its first invoice is paid.
error-servers-deleted = This server is deleted.
error-servers-not_deleted = This server is not deleted, so there is nothing to undo.
error-servers-not_restorable = The disk of this server is gone for good.
error-servers-changed = Somebody else changed this server at the same moment. Look again, then repeat what you did.
error-servers-no_room = No node has room for this server just now. Choose a smaller plan, or ask us.
error-servers-image_too_large = This plan is too small for that system. Choose a larger plan or another system.
error-servers-bad_hostname = This is not a hostname. Use letters, digits and dashes, such as web-01 or web-01.example.com.
error-servers-bad_ssh_key = Line { $number } is not a public SSH key. It begins with ssh-ed25519, ssh-rsa or ecdsa-sha2-.
error-servers-too_many_keys = A server takes at most { $most } keys.
error-servers-node_silent = The node does not answer just now, so its console cannot be read. The server may well be running.
error-servers-no_console = There is no console for this server yet.
error-servers-task_not_waiting = This task is not waiting, so there is nothing to repeat.
