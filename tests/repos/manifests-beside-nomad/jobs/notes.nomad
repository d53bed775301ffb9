job "notes" {
  group "notes" {
    task "notes" {
      driver = "docker"
    }
  }
}
