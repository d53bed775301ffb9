//! `needk8s` answers "do I need Kubernetes?" from a rulebook, and explains the answer line by line.
