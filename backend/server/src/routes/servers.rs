//! Servers and tasks.

use std::sync::Arc;

use hostwright_panel::servers::ports::Hypervisor;
use hostwright_panel::servers::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints(hypervisor: &Arc<dyn Hypervisor>) -> Vec<Endpoint> {
    vec![
        action!(GET "/servers" ListServers => queries::list),
        action!(GET "/servers/{server_id}" ShowServer => queries::show),
        action!(GET "/servers/{server_id}/console" ShowConsole => queries::console, with hypervisor),
        action!(POST "/servers/{server_id}/start" StartServer => commands::start),
        action!(POST "/servers/{server_id}/shut-down" ShutDownServer => commands::shut_down),
        action!(POST "/servers/{server_id}/reboot" RebootServer => commands::reboot),
        action!(POST "/servers/{server_id}/power-off" PowerOffServer => commands::power_off),
        action!(POST "/servers/{server_id}/delete" DeleteServer => commands::delete),
        action!(POST "/servers/{server_id}/restore" RestoreServer => commands::restore),
        action!(GET "/tasks" ListTasks => queries::list_tasks),
        action!(GET "/tasks/{task_id}" ShowTask => queries::show_task),
        action!(POST "/tasks/{task_id}/retry" RetryTask => commands::retry_task),
    ]
}
