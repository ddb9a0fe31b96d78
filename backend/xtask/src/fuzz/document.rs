//! The OpenAPI document with samples: what is there gets found, and what is not is
//! still asked for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Values for fields of a name.
pub type Samples = BTreeMap<String, Vec<Value>>;

/// The document in which every parameter and every field of a body that has samples
/// may hold one of them, or anything else that fits.
#[must_use]
pub fn with_samples(mut document: Value, samples: &Samples) -> Value {
    let operations = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|path| path.values_mut());
    for operation in operations {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
        for parameter in parameters {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(schema) = parameter.get_mut("schema") {
                offer(schema, samples.get(&name));
            }
        }
        let fields = operation
            .pointer_mut("/requestBody/content/application~1json/schema/properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten();
        for (name, schema) in fields {
            offer(schema, samples.get(name));
        }
    }
    document
}

fn offer(schema: &mut Value, values: Option<&Vec<Value>>) {
    if let Some(values) = values {
        let own = schema.take();
        *schema = json!({ "anyOf": [{ "enum": values }, own] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_with_samples_takes_them_and_what_it_took_before() {
        let document = json!({ "paths": { "/plans/{plan_id}": { "post": {
            "parameters": [{ "name": "plan_id", "in": "path", "schema": { "type": "string" } }],
            "requestBody": { "content": { "application/json": { "schema": { "properties": {
                "name": { "type": "string" }, "plan_id": { "type": "string" },
            } } } } },
        } } } });
        let samples = Samples::from([("plan_id".to_owned(), vec![json!("pln_1")])]);
        let both = json!({ "anyOf": [{ "enum": ["pln_1"] }, { "type": "string" }] });
        let made = with_samples(document, &samples);
        let operation = &made["paths"]["/plans/{plan_id}"]["post"];
        assert_eq!(operation["parameters"][0]["schema"], both);
        let fields = &operation["requestBody"]["content"]["application/json"]["schema"]["properties"];
        assert_eq!((&fields["plan_id"], &fields["name"]), (&both, &json!({ "type": "string" })));
    }
}
