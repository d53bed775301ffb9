docker compose -f dashboard.yml up -d
