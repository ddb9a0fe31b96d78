//! The XSD and the tables of the documentation, from the types.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Class, Shape, Shapes, words};
use crate::document::{NAMESPACE, VERSION};

impl Shapes {
    /// The whole schema.
    pub fn xsd(&self) -> String {
        let words = words::read();
        let mut out = HEAD.replace("{namespace}", NAMESPACE).replace("{version}", VERSION);
        for (kind, of) in &self.records {
            writeln!(out, r#"        <xs:element name="{}" type="hw:{of}"/>"#, kind.as_str()).unwrap();
        }
        out.push_str(MIDDLE);
        for (name, fields) in &self.structs {
            writeln!(out, r#"  <xs:complexType name="{name}">"#).unwrap();
            note(&mut out, 4, words.get(*name));
            if fields.is_empty() {
                continue;
            }
            out.push_str("    <xs:all>\n");
            for field in fields {
                let key = format!("{name}.{field}");
                let occurs = if self.required.contains(&key) { "" } else { r#" minOccurs="0""# };
                self.element(&mut out, field, &self.fields[&key], occurs, words.get(&key));
            }
            out.push_str("    </xs:all>\n  </xs:complexType>\n");
        }
        for (name, variants) in &self.choices {
            writeln!(out, r#"  <xs:simpleType name="{name}">"#).unwrap();
            note(&mut out, 4, words.get(*name));
            out.push_str("    <xs:restriction base=\"xs:token\">\n");
            for variant in *variants {
                match words.get(&format!("{name}.{variant}")) {
                    Some(comment) => {
                        writeln!(out, r#"      <xs:enumeration value="{variant}">"#).unwrap();
                        note(&mut out, 8, Some(comment));
                        out.push_str("      </xs:enumeration>\n");
                    }
                    None => writeln!(out, r#"      <xs:enumeration value="{variant}"/>"#).unwrap(),
                }
            }
            out.push_str("    </xs:restriction>\n  </xs:simpleType>\n");
        }
        out.push_str("</xs:schema>\n");
        out
    }

    fn element(&self, out: &mut String, name: &str, shape: &Shape, occurs: &str, comment: Option<&String>) {
        if let Shape::List(inner) = shape {
            writeln!(out, r#"      <xs:element name="{name}"{occurs}>"#).unwrap();
            note(out, 8, comment);
            writeln!(
                out,
                "        <xs:complexType>\n          <xs:sequence>\n            \
                 <xs:element name=\"item\" type=\"{}\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n          \
                 </xs:sequence>\n        </xs:complexType>\n      </xs:element>",
                type_name(inner)
            )
            .unwrap();
            return;
        }
        writeln!(out, r#"      <xs:element name="{name}" type="{}"{occurs}>"#, type_name(shape)).unwrap();
        note(out, 8, comment);
        out.push_str("      </xs:element>\n");
    }

    /// One table a type, for people.
    pub fn tables(&self) -> String {
        let words = words::read();
        let mut out = String::new();
        for (kind, of) in &self.records {
            let comment = words.get(*of).map_or("", String::as_str);
            writeln!(out, "### `{}`\n\n{comment}\n", kind.as_str()).unwrap();
            self.table(&mut out, of, &words);
        }
        let tops: Vec<&str> = self.records.values().copied().collect();
        out.push_str("## What they are made of\n\n");
        for name in self.structs.keys().filter(|name| !tops.contains(name)) {
            writeln!(out, "### {name}\n\n{}\n", words.get(*name).map_or("", String::as_str)).unwrap();
            self.table(&mut out, name, &words);
        }
        out.push_str("## Words\n\n| list | words |\n|---|---|\n");
        for (name, variants) in self.choices.iter().filter(|(name, _)| **name != "Kind") {
            writeln!(out, "| {name} | `{}` |", variants.join("`, `")).unwrap();
        }
        out
    }

    fn table(&self, out: &mut String, name: &str, words: &BTreeMap<String, String>) {
        out.push_str("| field | holds | |\n|---|---|---|\n");
        for field in &self.structs[name] {
            let key = format!("{name}.{field}");
            let must = if self.required.contains(&key) { " **must be there**" } else { "" };
            let comment = words.get(&key).map_or("", String::as_str);
            writeln!(out, "| `{field}` | {} | {comment}{must} |", plain(&self.fields[&key])).unwrap();
        }
        out.push('\n');
    }
}

fn note(out: &mut String, indent: usize, comment: Option<&String>) {
    if let Some(comment) = comment {
        let comment = comment.replace('&', "&amp;").replace('<', "&lt;");
        let pad = " ".repeat(indent);
        writeln!(out, "{pad}<xs:annotation><xs:documentation>{comment}</xs:documentation></xs:annotation>").unwrap();
    }
}

fn type_name(shape: &Shape) -> String {
    match shape {
        Shape::Text(class) => format!("hw:{class:?}"),
        Shape::Bool => "xs:boolean".to_owned(),
        Shape::U32 => "xs:unsignedInt".to_owned(),
        Shape::U64 => "xs:unsignedLong".to_owned(),
        Shape::Struct(name) | Shape::Choice(name) => format!("hw:{name}"),
        Shape::List(_) => panic!("a list of lists has no form"),
    }
}

fn plain(shape: &Shape) -> String {
    match shape {
        Shape::Text(Class::Text) => "text".to_owned(),
        Shape::Text(class) => format!("{class:?}").to_lowercase(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::U32 | Shape::U64 => "whole number".to_owned(),
        Shape::Struct(name) | Shape::Choice(name) => (*name).to_owned(),
        Shape::List(inner) => format!("list of {}", plain(inner)),
    }
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- The snapshot of Hostwright, version {version}. Written from the program's types by its tests; see docs/snapshot.md. -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:hw="{namespace}" targetNamespace="{namespace}"
           elementFormDefault="qualified" attributeFormDefault="unqualified" version="{version}">
  <xs:element name="snapshot">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="header" type="hw:Header"/>
        <xs:choice minOccurs="0" maxOccurs="unbounded">
        <xs:element name="gap" type="hw:Gap"/>
        <xs:element name="fact" type="hw:Extra"/>
"#;

const MIDDLE: &str = r#"        </xs:choice>
      </xs:sequence>
      <xs:attribute name="version" use="required">
        <xs:simpleType>
          <xs:restriction base="xs:token">
            <xs:pattern value="1(\.[0-9]+)?"/>
          </xs:restriction>
        </xs:simpleType>
      </xs:attribute>
    </xs:complexType>
  </xs:element>
  <xs:complexType name="Text">
    <xs:annotation><xs:documentation>Any text. Space is kept. With escaped="true" a backslash is written \\ and a character that XML cannot hold is written \u and four hexadecimal digits.</xs:documentation></xs:annotation>
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="escaped" type="xs:boolean" default="false"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:simpleType name="Day">
    <xs:annotation><xs:documentation>A date: 2026-05-03.</xs:documentation></xs:annotation>
    <xs:restriction base="xs:string"><xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Instant">
    <xs:annotation><xs:documentation>A moment with its zone: 2026-05-03T12:05:00Z.</xs:documentation></xs:annotation>
    <xs:restriction base="xs:string"><xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+\-][0-9]{2}:[0-9]{2})"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Currency">
    <xs:annotation><xs:documentation>An active currency of ISO 4217: EUR.</xs:documentation></xs:annotation>
    <xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3}"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Amount">
    <xs:annotation><xs:documentation>Currency and an exact decimal: EUR 12.50.</xs:documentation></xs:annotation>
    <xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3} [+\-]?[0-9]+(\.[0-9]+)?"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Cycle">
    <xs:annotation><xs:documentation>How often: free, once, or a duration of one unit: P1M, P3M, P1Y, P1W, P30D.</xs:documentation></xs:annotation>
    <xs:restriction base="xs:string"><xs:pattern value="free|once|P[0-9]{1,4}[DWMY]"/></xs:restriction>
  </xs:simpleType>
"#;
