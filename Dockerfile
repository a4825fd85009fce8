# The receiver in an image of its own. Build the widget before, as it is embedded: cargo xtask build
FROM docker.io/library/rust:1.95-slim-trixie AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked -p workflowai-feedback-server

FROM docker.io/library/debian:trixie-slim
# The newest certificates: a version of theirs would be gone from Debian with the next.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home feedback \
    && install --directory --mode 0700 --owner feedback /data
COPY --from=build /source/target/release/workflowai-feedback-server /usr/local/bin/
ENV WORKFLOWAI_FEEDBACK_DATA_DIR=/data \
    WORKFLOWAI_FEEDBACK_LISTEN=0.0.0.0:8080 \
    WORKFLOWAI_FEEDBACK_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
# By number, so that a host can tell that it is not root.
USER 10001
ENTRYPOINT ["/usr/local/bin/workflowai-feedback-server"]
CMD ["serve"]
