module github.com/acme/web
