resource "google_cloud_run_v2_service" "web" {
  name = var.name
}

resource "google_sql_database_instance" "db" {
  name = var.name
}
