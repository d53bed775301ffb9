//! `needk8s` answers "do I need Kubernetes?" from a rulebook, and explains the answer line by line.
//!
//! Data flows one way: rule files → [`rulebook`] · flags, files and prompts → [`answers`] · both → [`assessment`].

pub mod answers;
pub mod assessment;
pub mod document;
pub mod interview;
pub mod rulebook;
pub mod text;
