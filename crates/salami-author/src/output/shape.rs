//! Nulls that stand for nothing.

use serde_json::Value;

use super::load::{NodeId, Nodes};

/// How deep values are followed.
const DEPTH: usize = 100;

/// Whether there are fields at all that may be absent and may not be null.
pub(super) fn is_needed(nodes: &Nodes) -> bool {
    nodes.nodes.iter().any(|node| {
        node.properties
            .iter()
            .any(|(name, id)| !node.required.contains(name) && !admits_null(nodes, *id, 0))
    })
}

/// The value without fields that hold null where only their absence fits the schema.
pub(super) fn shaped(nodes: &Nodes, value: Value) -> Value {
    at(nodes, 0, value, 0)
}

fn at(nodes: &Nodes, id: NodeId, value: Value, depth: usize) -> Value {
    let Some(node) = nodes.resolved(id).filter(|_| depth < DEPTH) else {
        return value;
    };
    match value {
        Value::Array(items) if !node.prefix.is_empty() || node.items.is_some() => {
            let schemas = node.prefix.iter().copied().map(Some);
            let schemas = schemas.chain(std::iter::repeat(node.items));
            let items = items.into_iter().zip(schemas).map(|(item, id)| match id {
                Some(id) => at(nodes, id, item, depth + 1),
                None => item,
            });
            Value::Array(items.collect())
        }
        Value::Object(items) if !node.properties.is_empty() || node.additional.is_some() => {
            let items = items.into_iter().filter_map(|(name, item)| {
                let declared = node.properties.get(&name);
                let Some(id) = declared.or(node.additional.as_ref()) else {
                    return Some((name, item));
                };
                let is_absent = item.is_null()
                    && declared.is_some()
                    && !node.required.contains(&name)
                    && !admits_null(nodes, *id, 0);
                (!is_absent).then(|| {
                    let item = at(nodes, *id, item, depth + 1);
                    (name, item)
                })
            });
            Value::Object(items.collect())
        }
        // Of several forms it is not known which is meant; the one that is not null is, where there are two.
        value => {
            let forms = node.any.iter().chain(&node.one).copied();
            let is_null = |id: &NodeId| {
                let types = nodes.resolved(*id).and_then(|node| node.types);
                types.is_some_and(|types| types.null)
            };
            let forms: Vec<NodeId> = forms.filter(|id| !is_null(id)).collect();
            match forms[..] {
                [only] if !value.is_null() => at(nodes, only, value, depth + 1),
                _ => value,
            }
        }
    }
}

fn admits_null(nodes: &Nodes, id: NodeId, depth: usize) -> bool {
    let Some(node) = nodes.resolved(id).filter(|_| depth < 8) else {
        return true;
    };
    let by_type = node.types.is_none_or(|types| types.null);
    let by_value = node
        .values
        .as_ref()
        .is_none_or(|values| values.contains(&Value::Null));
    let forms = || node.any.iter().chain(&node.one);
    let by_form = forms().next().is_none() || forms().any(|id| admits_null(nodes, *id, depth + 1));
    let by_all = node.all.iter().all(|id| admits_null(nodes, *id, depth + 1));
    !node.is_never && by_type && by_value && by_form && by_all
}
