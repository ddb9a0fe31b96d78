//! The names of the Parallels Migration API that were really read, in one table.
//!
//! Everything else in its documents is not known. A name is added here when it was seen, never because it
//! is likely.

/// One known name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownName {
    /// The document.
    pub document: &'static str,
    /// Where in it; `..` stands for a part that is not known.
    pub path: &'static str,
    /// The name.
    pub name: &'static str,
    /// Its type in the schema, where that was seen.
    pub kind: &'static str,
    /// What it means.
    pub means: &'static str,
}

/// The namespace of the manifest.
pub const MANIFEST_NAMESPACE: &str = "http://www.parallels.com/psa/migration/agent";

const fn known(
    document: &'static str,
    path: &'static str,
    name: &'static str,
    kind: &'static str,
    means: &'static str,
) -> KnownName {
    KnownName { document, path, name, kind, means }
}

/// All of them.
pub const KNOWN: &[KnownName] = &[
    known("manifest", "/", "manifest", "", "root element"),
    known("manifest", "/manifest", "sourceSystem", "SourceSystemName", "the source system"),
    known("manifest", "/manifest", "version", "Version", "version of the agent"),
    known("manifest", "/manifest", "connectionSettings", "ConnectionSettings", "how the agent is reached"),
    known("manifest", "/manifest/connectionSettings", "ssh", "SSHConnectionSettings", "a command line over SSH"),
    known("manifest", "/manifest/connectionSettings", "webservice", "", "SOAP over HTTP"),
    known("manifest", "/manifest", "features", "AgentFeatures", "its inside is not known"),
    known("manifest", "/manifest", "platformTransformation", "string", ""),
    known("manifest", "/manifest", "accountTransformation", "string", ""),
    known("manifest", "/manifest", "servicesTransformation", "string", ""),
    known("services", "/..", "unresolved", "", "mail for addresses that do not exist"),
    known("services", "/../unresolved", "bounce", "normalizedString", "answer with this phrase"),
    known("services", "/../unresolved", "catchTo", "EmailString", "send all such mail to this address"),
];
