//! Servers and tasks.

use std::sync::Arc;

use hostwright_panel::servers;
use hostwright_panel::servers::ports::Hypervisor;

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints(hypervisor: &Arc<dyn Hypervisor>) -> Vec<Endpoint> {
    vec![
        action!(GET "/servers" ListServers => servers::queries::list),
        action!(GET "/servers/{server_id}" ShowServer => servers::queries::show),
        action!(POST "/servers/{server_id}/start" StartServer => servers::commands::start),
        action!(POST "/servers/{server_id}/shut-down" ShutDownServer => servers::commands::shut_down),
        action!(POST "/servers/{server_id}/reboot" RebootServer => servers::commands::reboot),
        action!(POST "/servers/{server_id}/power-off" PowerOffServer => servers::commands::power_off),
        action!(GET "/servers/{server_id}/console" ShowConsole => servers::queries::console, with hypervisor),
        action!(POST "/servers/{server_id}/delete" DeleteServer => servers::commands::delete),
        action!(POST "/servers/{server_id}/restore" RestoreServer => servers::commands::restore),
        action!(GET "/tasks" ListTasks => servers::queries::list_tasks),
        action!(GET "/tasks/{task_id}" ShowTask => servers::queries::show_task),
        action!(POST "/tasks/{task_id}/retry" RetryTask => servers::commands::retry_task),
    ]
}
