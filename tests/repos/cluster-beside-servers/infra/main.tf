terraform {
  backend "gcs" {}
}
resource "google_container_cluster" "batch" {}
resource "google_compute_instance" "bots" {}
