docker stack deploy -c stack.yml shop
