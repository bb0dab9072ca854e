package org.jft.data.store;

import java.net.URI;
import org.jft.core.config.StoreConfig;
import org.jft.core.failure.ConfigException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Which store, and as whom: AWS's usual environment variables, system properties, profiles and
 * roles (the SDK's default chains).
 *
 * @param endpoint of a store other than AWS; null for AWS
 */
record S3Access(URI endpoint, Region region, AwsCredentialsProvider credentials) {
    static S3Access resolve(S3Location place, StoreConfig config) {
        URI endpoint = endpoint(config);
        return new S3Access(endpoint, region(place, endpoint), credentials(place));
    }

    private static URI endpoint(StoreConfig config) {
        String address = config.endpoint();
        if (address == null) {
            address = setting("AWS_ENDPOINT_URL_S3", "aws.endpointUrlS3");
        }
        if (address == null) {
            address = setting("AWS_ENDPOINT_URL", "aws.endpointUrl");
        }
        return address == null ? null : URI.create(address);
    }

    private static String setting(String variable, String property) {
        String value = System.getProperty(property, System.getenv(variable));
        return value == null || value.isBlank() ? null : value;
    }

    private static Region region(S3Location place, URI endpoint) {
        // other stores rarely have regions, and the rest of the default chain asks the network
        AwsRegionProvider known =
                endpoint == null
                        ? DefaultAwsRegionProviderChain.builder().build()
                        : new AwsRegionProviderChain(
                                new SystemSettingsRegionProvider(), new AwsProfileRegionProvider());
        try {
            return known.getRegion();
        } catch (SdkClientException e) {
            if (endpoint != null) {
                return Region.US_EAST_1;
            }
            throw new ConfigException(
                    ("s3://%s: no region: set AWS_REGION, or data.store.endpoint for a store other"
                                    + " than AWS")
                            .formatted(place.bucket()),
                    e);
        }
    }

    private static AwsCredentialsProvider credentials(S3Location place) {
        DefaultCredentialsProvider provider = DefaultCredentialsProvider.builder().build();
        try {
            provider.resolveCredentials();
            return provider;
        } catch (SdkClientException e) {
            provider.close();
            throw new ConfigException(
                    ("s3://%s: no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or"
                                    + " AWS_PROFILE, or run where a role gives them")
                            .formatted(place.bucket()),
                    e);
        }
    }

    /** Returns a client that does not retry. */
    S3Client client(Timing timing) {
        return S3Client.builder()
                .httpClientBuilder(
                        UrlConnectionHttpClient.builder()
                                .connectionTimeout(timing.connect())
                                .socketTimeout(timing.silence()))
                .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .region(region)
                .credentialsProvider(credentials)
                .endpointOverride(endpoint)
                // MinIO and its kin have no host name for each bucket
                .forcePathStyle(endpoint != null)
                // by default requests without a body have one too, which some stores refuse
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .build();
    }

    /** Says which store it is. */
    String describe() {
        return endpoint == null ? "AWS, region " + region.id() : endpoint.toString();
    }
}
