package org.jft.data.store;

import java.net.URI;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.TransientApiMetadata;

/** An S3 server (S3Proxy) that checks signatures and keeps its objects in memory. */
final class S3Server implements AutoCloseable {
    static final String BUCKET = "photos";
    static final String USER = "reader";
    static final String SECRET = "sesame";

    static {
        System.setProperty("org.slf4j.simpleLogger.log.org.gaul", "warn");
    }

    private final BlobStoreContext context;
    private final BlobStore store;
    private final S3Proxy server;

    S3Server() throws Exception {
        context =
                ContextBuilder.newBuilder(new TransientApiMetadata()).build(BlobStoreContext.class);
        store = context.getBlobStore();
        store.createContainerInLocation(null, BUCKET);
        server =
                S3Proxy.builder()
                        .blobStore(store)
                        .endpoint(URI.create("http://127.0.0.1:0"))
                        .awsAuthentication(AuthenticationType.AWS_V4, USER, SECRET)
                        .build();
        server.start();
    }

    int port() {
        return server.getPort();
    }

    void put(String key, byte[] content) {
        store.putBlob(
                BUCKET,
                store.blobBuilder(key).payload(content).contentLength(content.length).build());
    }

    void delete(String key) {
        store.removeBlob(BUCKET, key);
    }

    @Override
    public void close() throws Exception {
        server.stop();
        context.close();
    }
}
