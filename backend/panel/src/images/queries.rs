//! Which images are on offer.

use super::error::ImageRefusal;
use super::model::{Image, ImageId, ImageState, ImageView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Images by name: all of them with their files for staff, what is on offer
/// for everybody else.
///
/// # Errors
/// When the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<ImageView>> {
    let scope = call.authorize(Action::ListImages)?;
    let staff = scope.customers().is_none();
    call.db
        .read(move |tx| {
            let images = store::list(tx, &input, staff)?;
            let page = Paged::cut(images, &input, |image| image.name.clone());
            Ok(page.map(|image| ImageView::new(image, staff)))
        })
        .await
}

/// An image, if new servers may have it.
///
/// # Errors
/// `images.not_offered`, also when there is no such image.
pub fn offered_in(tx: &mut Tx<'_>, image_id: &ImageId) -> Result<Image> {
    store::find(tx, image_id)?
        .filter(|image| image.state == ImageState::Active)
        .ok_or_else(|| ImageRefusal::NotOffered.into())
}

/// An image in any state: what a server was made from.
///
/// # Errors
/// `request.not_found`.
pub fn load_in(tx: &mut Tx<'_>, image_id: &ImageId) -> Result<Image> {
    store::find(tx, image_id)?.ok_or_else(not_found)
}
