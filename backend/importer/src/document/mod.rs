//! The snapshot as an open document: XML with a published XSD, and JSON.
