provider "oci" {
resource "x" = {{{
