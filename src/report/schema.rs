//! The shape of rule files as a JSON Schema (draft-07, which editors for TOML know), with the ids of one rulebook to complete
//! by (<https://json-schema.org/draft-07>).

use serde_json::{Map, Value as Json, json};

use super::json::pretty;
use crate::facts::SCAN_TABLES;
use crate::rulebook::shape::{HEAD, KINDS, Key, OF_LAYERS, Shape, Takes};
use crate::rulebook::{Kind, Question, Rulebook};

/// The schema of the rule files of a rulebook and of layers on top of it.
pub fn render(rulebook: &Rulebook) -> String {
    let writer = Writer { rulebook };
    let mut properties: Map<String, Json> = HEAD.keys.iter().map(|key| writer.property(key)).collect();
    for (kind, shape) in KINDS {
        let item = defined(kind);
        let list = json!({ "type": "array", "items": item, "description": format!("Items of the kind {kind}: {}", ids_say(shape)) });
        properties.insert((*kind).to_owned(), list);
    }
    for table in SCAN_TABLES {
        properties.insert(table.to_owned(), json!({ "description": "What a scan goes by (scan.toml)." }));
    }
    let mut definitions: Map<String, Json> =
        KINDS.iter().map(|(kind, shape)| ((*kind).to_owned(), writer.item(kind, shape))).collect();
    for (_, shape) in KINDS.iter().chain([&("", &HEAD), &("", &OF_LAYERS)]) {
        writer.define_parts(shape, &mut definitions);
    }
    for kind in REFERRED_TO {
        definitions.insert(format!("{kind}-id"), writer.id_of(kind));
    }
    definitions.insert("condition".to_owned(), writer.condition());
    definitions.insert("answers".to_owned(), writer.answers());
    pretty(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://needk8s.invalid/rules.schema.json",
        "title": "Rule files of needk8s",
        "description": format!("Rules of the rulebook {} and of layers on top of it.", rulebook.full_name()),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "definitions": definitions,
    }))
}

/// The kinds that others refer to by their ids.
const REFERRED_TO: [&str; 9] =
    ["aspect", "criterion", "duty", "family", "group", "platform", "question", "source", "exception"];

/// A reference to a definition.
fn defined(name: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// The name of the definition of a table that stands within others.
fn part(shape: &Shape) -> &'static str {
    shape.what.strip_prefix("the ").unwrap_or(shape.what)
}

/// What a table of this shape is told by.
fn ids_say(shape: &Shape) -> &'static str {
    shape.keys.first().map_or("", |key| key.says)
}

struct Writer<'r> {
    rulebook: &'r Rulebook,
}

impl Writer<'_> {
    fn property(&self, key: &Key) -> (String, Json) {
        let mut schema = self.takes(&key.takes);
        // What stands beside a reference is not read by draft-07.
        if schema.get("$ref").is_some() {
            schema = json!({ "allOf": [schema] });
        }
        schema["description"] = json!(key.says);
        (key.name.to_owned(), schema)
    }

    fn table(&self, shape: &Shape) -> Json {
        let properties: Map<String, Json> = shape.keys.iter().map(|key| self.property(key)).collect();
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    }

    /// An item: a layer writes only the keys that differ, so that none but the id is required.
    fn item(&self, kind: &str, shape: &Shape) -> Json {
        let mut table = self.table(shape);
        if kind == "platform" {
            for key in OF_LAYERS.keys {
                let (name, schema) = self.property(key);
                table["properties"][name] = schema;
            }
        }
        table["required"] = json!(["id"]);
        table
    }

    /// Defines the tables that stand within a table of this shape.
    fn define_parts(&self, shape: &Shape, definitions: &mut Map<String, Json>) {
        for key in shape.keys {
            let (inner, is_listed) = match key.takes {
                Takes::Table(inner) | Takes::By(_, &Takes::Table(inner)) => (inner, false),
                Takes::Tables(inner) => (inner, true),
                _ => continue,
            };
            let mut table = self.table(inner);
            if is_listed {
                let required: Vec<&str> =
                    inner.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
                // Items with ids are merged, so that those that differ need no more than that.
                table["required"] = if required.contains(&"id") { json!(["id"]) } else { json!(required) };
            }
            definitions.insert(part(inner).to_owned(), table);
            self.define_parts(inner, definitions);
        }
    }

    fn takes(&self, takes: &Takes) -> Json {
        match takes {
            Takes::Id => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,59}$" }),
            Takes::Text => json!({ "type": "string", "minLength": 1 }),
            Takes::Address => json!({ "type": "string", "pattern": "^https?://[^\\s<>\"()]+$" }),
            Takes::Flag => json!({ "type": "boolean" }),
            Takes::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Takes::OneOf(words) => json!({ "enum": words }),
            Takes::Texts => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
            Takes::Ref(kind) => defined(&format!("{kind}-id")),
            Takes::Refs(kind) => json!({ "type": "array", "items": defined(&format!("{kind}-id")) }),
            Takes::Condition => defined("condition"),
            Takes::Answers => defined("answers"),
            Takes::Table(shape) => defined(part(shape)),
            Takes::Tables(shape) => json!({ "type": "array", "items": defined(part(shape)) }),
            Takes::By(kinds, takes) => {
                let inner = self.takes(takes);
                let known = kinds.iter().flat_map(|kind| self.ids(kind));
                let properties: Map<String, Json> = known.map(|id| (id.to_owned(), inner.clone())).collect();
                json!({ "type": "object", "properties": properties, "additionalProperties": inner })
            }
            Takes::ByWord(takes) => json!({ "type": "object", "additionalProperties": self.takes(takes) }),
            Takes::Named => json!({ "type": ["string", "array", "object"] }),
            Takes::Extends => {
                json!({ "anyOf": [{ "type": "boolean" }, { "type": "string", "minLength": 1 }] })
            }
        }
    }

    /// The ids of a kind that are known.
    fn ids(&self, kind: &str) -> Vec<&str> {
        fn of<'r, T>(items: &'r [T], id: impl Fn(&'r T) -> &'r String) -> Vec<&'r str> {
            items.iter().map(|item| id(item).as_str()).collect()
        }
        let rulebook = self.rulebook;
        match kind {
            "aspect" => of(rulebook.aspects(), |aspect| &aspect.id),
            "criterion" => of(rulebook.criteria(), |criterion| &criterion.id),
            "duty" => of(rulebook.duties(), |duty| &duty.id),
            "exception" => of(rulebook.exceptions(), |exception| &exception.id),
            "family" => of(rulebook.families(), |family| &family.id),
            "group" => of(rulebook.groups(), |group| &group.id),
            "platform" => of(rulebook.platforms(), |platform| &platform.id),
            "question" => of(rulebook.questions(), |question| &question.id),
            "source" => of(rulebook.sources(), |source| &source.id),
            _ => Vec::new(),
        }
    }

    /// An id of a kind: one that is known, or one that the file adds.
    fn id_of(&self, kind: &str) -> Json {
        json!({ "anyOf": [{ "enum": self.ids(kind) }, self.takes(&Takes::Id)] })
    }

    fn condition(&self) -> Json {
        let condition = defined("condition");
        let several = json!({ "type": "array", "minItems": 1, "items": condition });
        let mut properties = Map::new();
        properties.insert("all".to_owned(), several.clone());
        properties.insert("any".to_owned(), several);
        properties.insert("not".to_owned(), condition.clone());
        properties.insert("unless".to_owned(), condition);
        for question in self.rulebook.questions() {
            let mut test = self.test(question);
            test["description"] = json!(question.prompt);
            properties.insert(question.id.clone(), test);
        }
        json!({
            "type": "object",
            "minProperties": 1,
            "description": "A condition on answers; several keys mean and.",
            "properties": properties,
        })
    }

    /// What can be asked of the answer to a question.
    fn test(&self, question: &Question) -> Json {
        let comparison = |value: Json| {
            let keys = ["above", "at-least", "below", "at-most"];
            let properties: Map<String, Json> =
                keys.map(|key| (key.to_owned(), value.clone())).into_iter().collect();
            json!({ "type": "object", "minProperties": 1, "properties": properties, "additionalProperties": false })
        };
        let some = |one: &Json| json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }] });
        let option = options(question);
        match &question.kind {
            Kind::Flag(_) => json!({ "type": "boolean" }),
            Kind::Count(_) => {
                let number = json!({ "type": "integer", "minimum": 0 });
                json!({ "anyOf": [number, comparison(number.clone())] })
            }
            Kind::Choice(_) if question.ordered => json!({ "anyOf": [some(&option), comparison(option)] }),
            Kind::Choice(_) => some(&option),
            Kind::Choices(_) => json!({
                "type": "object",
                "properties": { "includes": some(&option) },
                "required": ["includes"],
                "additionalProperties": false,
            }),
        }
    }

    fn answers(&self) -> Json {
        let answer = |question: &Question| {
            let option = options(question);
            let schema = match &question.kind {
                Kind::Flag(_) => json!({ "type": "boolean" }),
                Kind::Count(_) => json!({ "type": "integer", "minimum": 0 }),
                Kind::Choice(_) => option,
                Kind::Choices(_) => json!({ "anyOf": [option, { "type": "array", "items": option }] }),
            };
            (question.id.clone(), schema)
        };
        let properties: Map<String, Json> = self.rulebook.questions().iter().map(answer).collect();
        json!({ "type": "object", "minProperties": 1, "properties": properties })
    }
}

/// An option of a question: one that is known, or another that a layer adds.
fn options(question: &Question) -> Json {
    let known: Vec<&str> = question.options().iter().map(|option| option.id.as_str()).collect();
    if known.is_empty() {
        return json!({});
    }
    json!({ "anyOf": [{ "enum": known }, { "type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,59}$" }] })
}
