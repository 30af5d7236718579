using Amazon;
using Amazon.EC2;
using Amazon.Runtime;
using Amazon.RuntimeDependencies;
using Amazon.SecurityToken;
using MultiEni.Operator;

namespace MultiEni.Controller.Ec2;

/// <summary>Builds clients of the AWS SDK.</summary>
internal static class SdkClients
{
    private static readonly Lock Gate = new();
    private static bool _registered;

    /// <summary>
    /// A client in standard retry mode: the adaptive one stalls for seconds and then throws something that says nothing of EC2
    /// (docs/reference/ec2.md#aws-sdk-for-net).
    /// </summary>
    public static AmazonEC2Client Create(Ec2ClientOptions options, int retries, LeaseGuardHandler? lastCheck = null)
    {
        RegisterSecurityTokenService(options.Program);
        var config = new AmazonEC2Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = retries,
            // Counted apart, 10 by default: a mutating call would be repeated behind the budget and the lease.
            MaxStaleConnectionRetries = retries,
            Timeout = options.Timeout,
        };
        Introduce(config, options.Program);

        if (options.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.Endpoint.AbsoluteUri;
            config.AuthenticationRegion = options.Region;
        }

        if (lastCheck is not null)
        {
            config.HttpClientFactory = lastCheck;
        }
        else if (options.Transport is { } transport)
        {
            config.HttpClientFactory = new GivenTransport(transport);
        }

        return options.AccessKey is { } key
            ? new AmazonEC2Client(new BasicAWSCredentials(key.AccessKeyId, key.SecretAccessKey), config)
            : new AmazonEC2Client(new ChainCredentials(options.Region), config);
    }

    /// <summary>
    /// Without this, IAM roles for service accounts fail at run time in an ahead-of-time compiled program, and no build warns of it
    /// (docs/reference/ec2.md#aws-sdk-for-net).
    /// </summary>
    /// <param name="program">Name of this program.</param>
    internal static void RegisterSecurityTokenService(string program)
    {
        lock (Gate)
        {
            if (_registered)
            {
                return;
            }

            GlobalRuntimeDependencyRegistry.Instance.RegisterSecurityTokenServiceClient(context =>
            {
                var config = new AmazonSecurityTokenServiceConfig { RegionEndpoint = context.SecurityTokenServiceClientContextData.Region };
                Introduce(config, program);
                return new AmazonSecurityTokenServiceClient(new AnonymousAWSCredentials(), config);
            });
            _registered = true;
        }
    }

    // The application of the user agent, unless the variable or the profile of the SDK names another.
    private static void Introduce(ClientConfig config, string program)
    {
        if (string.IsNullOrEmpty(config.ClientAppId))
        {
            config.ClientAppId = $"{program}/{ProductVersion.Current}";
        }
    }

    private sealed class GivenTransport(HttpMessageHandler transport) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(transport, disposeHandler: false);
    }
}
