# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev pkg-config libpq-dev libvirt-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The target folder is a cache that is not part of the layer, so the program is copied out of it.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package hostwright-server \
    && install -D target/release/hostwright /out/hostwright

FROM debian:bookworm-slim
# libpq5 and libvirt0: linked by the panel. openssh-client: qemu+ssh:// nodes.
# ca-certificates: mail and payment providers over TLS.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 libvirt0 openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin hostwright \
    && install -d -o hostwright -g hostwright -m 0700 /data
COPY --from=build /out/hostwright /usr/local/bin/hostwright
USER hostwright
WORKDIR /data
VOLUME /data
ENV HOSTWRIGHT_DATA_DIR=/data HOSTWRIGHT_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/hostwright"]
CMD ["serve"]
