//! Registering and retiring images.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ImageRefusal;
use super::model::{Boot, Image, ImageId, ImageText, ImageView, Minimums};
use super::{queries, store};
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::platform::Tx;
use crate::platform::error::{Error, Result, is_unique_violation};

/// Name of the image of guests that were taken over as they were.
const AS_FOUND: &str = "As found";

/// An operating system to offer. Its files must be on the nodes already.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterImage {
    /// 1 to 80 characters, unique.
    pub name: String,
    /// Which system, such as `debian`: 1 to 40 of a-z, 0-9 and '-'.
    pub family: String,
    /// How it boots.
    pub boot: Boot,
    /// Path of the kernel on the node; for `direct`.
    #[serde(default)]
    pub kernel: Option<String>,
    /// Path of the initial RAM disk on the node; for `direct`.
    #[serde(default)]
    pub initrd: Option<String>,
    /// Path of the disk to copy, on the node; needed for `disk`.
    #[serde(default)]
    pub disk: Option<String>,
    /// The kernel's command line.
    #[serde(default)]
    pub command_line: String,
    /// Least memory in MiB; any when left out.
    #[serde(default)]
    pub minimum_memory_mib: i64,
    /// Least disk in GiB; any when left out.
    #[serde(default)]
    pub minimum_disk_gib: i64,
}

/// An image not to be offered any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireImage {
    /// The image.
    pub image_id: ImageId,
}

/// Offers an image.
///
/// # Errors
/// Every field that is wrong; `images.name_taken`.
pub async fn register(call: &Call, input: RegisterImage) -> Result<ImageView> {
    let scope = call.authorize(Action::RegisterImage)?;
    call.write(&scope, move |tx| {
        let text = ImageText {
            name: input.name.clone(),
            family: input.family.clone(),
            boot: input.boot,
            kernel: input.kernel.clone(),
            initrd: input.initrd.clone(),
            disk: input.disk.clone(),
            command_line: input.command_line.clone(),
            minimums: Minimums { memory_mib: input.minimum_memory_mib, disk_gib: input.minimum_disk_gib },
        };
        let image = Image::new(text, tx.now()).map_err(Error::Fields)?;
        store::insert(tx, &image).map_err(|error| {
            if is_unique_violation(&error) { ImageRefusal::NameTaken.into() } else { Error::from(error) }
        })?;
        let (id, name) = (image.id.clone(), image.name.clone());
        Ok(Changed::new(id, ImageView::new(image, true)).noting("name", name))
    })
    .await
}

/// What a server counts as made from whose guest somebody else made: never offered, and
/// made the first time it is needed.
///
/// # Errors
/// When the database fails, or another transaction makes it just now.
pub fn as_found_in(tx: &mut Tx<'_>) -> Result<Image> {
    if let Some(image) = store::named(tx, AS_FOUND)? {
        return Ok(image);
    }
    let image = Image::as_found(AS_FOUND, tx.now());
    store::insert(tx, &image)?;
    Ok(image)
}

/// Stops offering an image. Servers made from it keep it.
///
/// # Errors
/// `request.not_found`; `images.retired` when it is already.
pub async fn retire(call: &Call, input: RetireImage) -> Result<ImageView> {
    let scope = call.authorize(Action::RetireImage)?;
    call.write(&scope, move |tx| {
        let image = queries::load_in(tx, &input.image_id)?;
        if !store::retire(tx, &image.id)? {
            return Err(ImageRefusal::Retired.into());
        }
        let image = queries::load_in(tx, &input.image_id)?;
        Ok(Changed::new(&input.image_id, ImageView::new(image, true)))
    })
    .await
}
