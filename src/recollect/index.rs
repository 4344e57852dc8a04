//! The index of a conversation, where that is enough.

use crate::domain::id::ConversationId;
use crate::recall::{BadBlock, Block};
use crate::store::{Derived, StoreError};

/// What `look` makes of all blocks; `None` = they can't be read, so that the
/// messages have to be.
pub(super) async fn read<T: Send + 'static>(
    derived: &dyn Derived,
    conversation: ConversationId,
    look: impl FnOnce(&[Block<'_>]) -> T + Send + 'static,
) -> Result<Option<T>, StoreError> {
    let packed = derived.index(conversation).await?;
    // Arithmetic over all that was ever said: not among what waits for I/O.
    let looked = tokio::task::spawn_blocking(move || {
        let blocks = packed.iter().map(|bytes| Block::decode(bytes, 0));
        blocks.collect::<Result<Vec<Block<'_>>, BadBlock>>().map(|blocks| look(&blocks))
    });
    match looked.await.map_err(|e| StoreError::Unavailable(format!("the search ended: {e}")))? {
        Ok(seen) => Ok(Some(seen)),
        Err(error) => {
            tracing::warn!(conversation.id = %conversation, %error, "An index can't be read: the messages are");
            Ok(None)
        }
    }
}
