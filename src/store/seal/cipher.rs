//! XChaCha20-Poly1305 in place: `nonce | text | tag`.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Error, Tag, XChaCha20Poly1305, XNonce};

/// The length of a key.
pub const KEY: usize = 32;

/// What stands before the text. Long enough to be drawn at random.
pub const NONCE: usize = 24;

/// What stands after the text.
pub const TAG: usize = 16;

/// One key, ready to seal and open.
#[derive(Clone)]
pub struct Cipher(XChaCha20Poly1305);

impl Cipher {
    /// For this key.
    pub fn new(key: &[u8; KEY]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals the text in the middle of `room`, which has [`NONCE`] bytes to
    /// spare before it and [`TAG`] after it. It opens only in this context.
    pub fn seal(&self, context: &[u8], room: &mut [u8]) -> Result<(), Error> {
        let (nonce, text, tag) = split(room).ok_or(Error)?;
        nonce.copy_from_slice(&rand::random::<[u8; NONCE]>());
        let nonce = XNonce::try_from(&*nonce).map_err(|_| Error)?;
        let made = self.0.encrypt_inout_detached(&nonce, context, text.into())?;
        tag.copy_from_slice(&made);
        Ok(())
    }

    /// Opens what was sealed, in place, and gives the text in its middle.
    pub fn open<'a>(&self, context: &[u8], sealed: &'a mut [u8]) -> Result<&'a mut [u8], Error> {
        let (nonce, text, tag) = split(sealed).ok_or(Error)?;
        let nonce = XNonce::try_from(&*nonce).map_err(|_| Error)?;
        let tag = Tag::try_from(&*tag).map_err(|_| Error)?;
        self.0.decrypt_inout_detached(&nonce, context, (&mut *text).into(), &tag)?;
        Ok(text)
    }
}

/// `None` = too short to have been sealed.
fn split(room: &mut [u8]) -> Option<(&mut [u8], &mut [u8], &mut [u8])> {
    let (nonce, rest) = room.split_at_mut_checked(NONCE)?;
    let (text, tag) = rest.split_at_mut_checked(rest.len().checked_sub(TAG)?)?;
    Some((nonce, text, tag))
}
