//! What there is to place servers on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Capacity, Node, NodeId, NodeView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Asks for one node.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowNode {
    /// The node.
    pub node_id: NodeId,
}

/// Nodes by name; removed ones only with `state` `removed`.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<NodeView>> {
    call.authorize(Action::ListNodes)?;
    call.db
        .read(move |tx| {
            let nodes = store::list(tx, &input)?;
            Ok(Paged::cut(nodes, &input, |node| node.name.clone()).map(NodeView::from))
        })
        .await
}

/// One node.
///
/// # Errors
/// `request.not_found`.
pub async fn show(call: &Call, input: ShowNode) -> Result<NodeView> {
    call.authorize(Action::ShowNode)?;
    call.db.read(move |tx| load_in(tx, &input.node_id).map(NodeView::from)).await
}

/// A node in any state.
///
/// # Errors
/// `request.not_found`.
pub fn load_in(tx: &mut Tx<'_>, node_id: &NodeId) -> Result<Node> {
    store::find(tx, node_id)?.ok_or_else(not_found)
}

/// Nodes that could take this, the one with most free memory first. What is
/// free now may be taken meanwhile: reserve on the first that still has room.
///
/// # Errors
/// When the database fails.
pub fn candidates_in(tx: &mut Tx<'_>, wanted: &Capacity) -> Result<Vec<Node>> {
    let mut nodes = store::active(tx)?;
    nodes.retain(|node| node.takes(wanted));
    Ok(nodes)
}

/// Every node that is part of the installation.
///
/// # Errors
/// When the database fails.
pub fn ids_in(tx: &mut Tx<'_>) -> Result<Vec<NodeId>> {
    store::ids_in_use(tx)
}
