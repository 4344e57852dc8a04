# syntax=docker/dockerfile:1

# gcc, which the TLS library is built with, is in the image.
FROM rust:1.95-slim-trixie AS build
WORKDIR /src
# The dependencies in a layer of their own, built under an empty program: they
# take minutes, and change only when Cargo.lock does.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p data src tests/it benches/recall benches/memory \
    && touch src/lib.rs tests/it/main.rs benches/reply.rs benches/recall/main.rs benches/memory/main.rs \
    && echo 'fn main() {}' > src/main.rs \
    && cargo build --release --locked
COPY config config
COPY templates templates
COPY src src
# COPY keeps the files' own times, which may be older than the empty program.
RUN touch src/lib.rs src/main.rs && cargo build --release --locked

# glibc, the certificates that TLS trusts, a user: no shell, no packages to keep
# patched. A static binary on nothing would save 20 MB and cost musl's allocator.
FROM gcr.io/distroless/cc-debian13:nonroot AS olifant
COPY --from=build /src/target/release/olifant /usr/local/bin/olifant
# A volume mounted here for the first time takes its owner from this.
COPY --from=build --chown=65532:65532 /src/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
# The store is where the configuration says; what is not said is below /data.
ENV OLIFANT__SERVER__LISTEN=0.0.0.0:8080
# No HEALTHCHECK: it would need a program inside that asks, and changes nothing
# but a word in `docker ps`. Hosts ask /readyz themselves.
# No shell in between: SIGTERM has to reach the program.
ENTRYPOINT ["olifant"]
CMD ["serve"]

# For hosts that take nothing but an image: your bot's folder is in it, without
# its secrets. Its machine is its own, and a new volume belongs to root there.
FROM olifant AS fly
COPY bot /bot
WORKDIR /bot
USER 0:0

# What is built if nothing else is asked for.
FROM olifant
