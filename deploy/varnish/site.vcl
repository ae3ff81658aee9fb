# What differs from site to site: where delivery is, who may purge, and with which secret (PURGE_SECRET).

backend default {
    .host = "127.0.0.1";
    .port = "8001";
    .first_byte_timeout = 30s;     # a cold render may take RENDER_SECONDS
    .probe = { .url = "/healthz"; .interval = 5s; .timeout = 2s; }
}

acl purgers {
    "localhost";
}

sub site_secret {
    set req.http.X-Secret-Expected = "change me";
}
