provider "google" {
  project = "desk"
}

provider "google-beta" {
  project = "desk"
}

resource "google_sql_database_instance" "main" {
  database_version = "POSTGRES_17"
}
