//! Where WhatsApp sees its marks: on one line, with no word on the outer side
//! and no space on the inner side.

/// The marks of bold, italic and strike.
pub(super) const STYLES: [char; 3] = ['*', '_', '~'];

/// All marks that pair within a line.
pub(in crate::assistant) const ALL: [char; 4] = ['*', '_', '~', '`'];

/// The thinnest space: what parts a mark from its neighbour. One without any
/// width is no space to most programs, so a mark before it would still format.
pub(super) const HAIR_SPACE: char = '\u{200A}';

/// A mark between these two characters begins formatting, if one ends it.
pub(in crate::assistant) fn opens(before: Option<char>, after: Option<char>) -> bool {
    !before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| !c.is_whitespace())
}

/// A mark between these two characters ends formatting, if one began it.
pub(in crate::assistant) fn closes(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(char::is_alphanumeric)
}
