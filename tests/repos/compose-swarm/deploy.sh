docker push registry.example.org/acme/api
docker stack deploy -c stack.yml shop
