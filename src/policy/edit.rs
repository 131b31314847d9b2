//! Edits of a policy file that a person owns: comments and order survive.
