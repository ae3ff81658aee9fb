# What differs from site to site: where delivery is, what it is called, who may purge, and with which secret.

backend default {
    .host = "127.0.0.1";
    .port = "8001";
    .first_byte_timeout = 140s;    # a cold render may take RENDER_SECONDS + HEAVY_RENDER_SECONDS, and a little
    .probe = { .url = "/healthz"; .interval = 5s; .timeout = 2s; }
}

acl purgers {
    "localhost";
}

# The host of DELIVERY_URL. One name for all requests: a made-up Host must not make copies that no purge finds.
sub site_host {
    set req.http.Host = "img.example.net";
}

# PURGE_SECRET.
sub site_secret {
    set req.http.X-Secret-Expected = "change me";
}
