using Amazon;
using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using Amazon.RuntimeDependencies;
using Amazon.SecurityToken;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator;

namespace MultiEni.Controller.Ec2;

/// <summary>Builds clients of the AWS SDK.</summary>
internal static class SdkClients
{
    private static readonly Lock Gate = new();
    private static bool _registered;

    /// <summary>
    /// A client in standard retry mode: the adaptive one stalls for seconds and then throws
    /// something that says nothing of EC2 (docs/reference/ec2.md#aws-sdk-for-net).
    /// </summary>
    public static AmazonEC2Client Create(Ec2ClientOptions options, int retries, LeaseGuardHandler? lastCheck = null)
    {
        RegisterSecurityTokenService(options.Program);
        var config = new AmazonEC2Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = retries,
            // Counted apart, 10 by default: a mutating call would be repeated behind the budget and
            // the lease.
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
    /// Without this, IAM roles for service accounts fail at run time in an ahead-of-time compiled
    /// program, and no build warns of it (docs/reference/ec2.md#aws-sdk-for-net).
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

    // The application of the user agent, unless the variable or the profile of the SDK names
    // another.
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

/// <summary>Builds requests of the SDK from our own types.</summary>
internal static class SdkRequests
{
    /// <summary>
    /// Same values, same bytes: sorted lists, and nothing for a count of 0, so that a repeat with
    /// the same token is no mismatch.
    /// </summary>
    public static CreateNetworkInterfaceRequest Create(CreateEniRequest request) =>
        new()
        {
            ClientToken = request.ClientToken,
            SubnetId = request.SubnetId,
            Groups = request.SecurityGroupIds.Count == 0 ? null : [.. request.SecurityGroupIds.Order(StringComparer.Ordinal)],
            Description = request.Description.Length == 0 ? null : request.Description,
            SecondaryPrivateIpAddressCount = Positive(request.SecondaryPrivateIpCount),
            Ipv4PrefixCount = Positive(request.Ipv4PrefixCount),
            Ipv6AddressCount = Positive(request.Ipv6AddressCount),
            Ipv6PrefixCount = Positive(request.Ipv6PrefixCount),
            PrivateIpAddress = request.PrivateIpAddress,
            EnablePrimaryIpv6 = request.EnablePrimaryIpv6 ? true : null,
            ConnectionTrackingSpecification = request.ConnectionTracking is { } timeouts ? ConnectionTracking(timeouts) : null,
            TagSpecifications = TagSpecifications(request.Tags),
        };

    public static ConnectionTrackingSpecificationRequest ConnectionTracking(ConnectionTrackingSpec timeouts) =>
        new()
        {
            TcpEstablishedTimeout = timeouts.TcpEstablishedTimeout,
            UdpStreamTimeout = timeouts.UdpStreamTimeout,
            UdpTimeout = timeouts.UdpTimeout,
        };

    public static EnaSrdSpecification EnaExpress(EnaExpressSpec express) =>
        new()
        {
            EnaSrdEnabled = express.Enabled,
            EnaSrdUdpSpecification = new() { EnaSrdUdpEnabled = express.Udp },
        };

    public static List<Tag> Tags(IReadOnlyDictionary<string, string> tags) =>
        [.. tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => new Tag(tag.Key, tag.Value))];

    public static List<TagSpecification>? TagSpecifications(IReadOnlyDictionary<string, string> tags) =>
        tags.Count == 0 ? null : [new() { ResourceType = ResourceType.NetworkInterface, Tags = Tags(tags) }];

    /// <summary>
    /// A filter for tags; the value `*` asks for any value, which EC2 calls `tag-key`.
    /// </summary>
    public static IEnumerable<Filter> TagFilters(IReadOnlyDictionary<string, string> tags)
    {
        var anyValue = tags.Where(tag => tag.Value == "*").Select(tag => tag.Key).Order(StringComparer.Ordinal);
        var exact = tags.Where(tag => tag.Value != "*").OrderBy(tag => tag.Key, StringComparer.Ordinal);
        // Values of one filter are alternatives; only separate filters must all hold.
        return anyValue.Select(key => new Filter("tag-key", [key])).Concat(exact.Select(tag => new Filter($"tag:{tag.Key}", [tag.Value])));
    }

    private static int? Positive(int count) => count > 0 ? count : null;
}
