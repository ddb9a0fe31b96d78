//! Operating system images on offer.
