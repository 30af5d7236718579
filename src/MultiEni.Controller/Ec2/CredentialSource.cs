using Amazon.EC2;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Says at start which credentials are used. The chain falls through without a word: one bad
/// variable of a service account's role, and the controller works with the node's role instead
/// (docs/reference/ec2.md#aws-sdk-for-net).
/// </summary>
internal static class CredentialSource
{
    /// <summary>
    /// The source in words. Looks for credentials like the first call would, which may take seconds
    /// when none are near.
    /// </summary>
    public static async Task<string> DescribeAsync(Ec2ClientOptions options, CancellationToken cancellationToken)
    {
        if (options.AccessKey is not null)
        {
            return "access key given in code";
        }

        SdkClients.RegisterSecurityTokenService(options.Program);
        try
        {
            var credentials = await DefaultAWSCredentialsIdentityResolver
                .GetCredentialsAsync(new AmazonEC2Config { AuthenticationRegion = options.Region })
                .WaitAsync(cancellationToken);
            return InWords(credentials.GetType().Name);
        }
        catch (Exception exception) when (exception is AmazonClientException or InvalidOperationException)
        {
            return $"none: {exception.Message}";
        }
    }

    /// <summary>What the SDK's name of a kind of credentials means in a cluster.</summary>
    public static string InWords(string kind) =>
        kind switch
        {
            "EnvironmentVariablesAWSCredentials" => "environment variables",
            "AssumeRoleWithWebIdentityCredentials" => "web identity (IAM role of the service account)",
            "GenericContainerCredentials" => "container endpoint (EKS Pod Identity)",
            "ECSTaskCredentials" => "container endpoint (ECS)",
            "DefaultInstanceProfileAWSCredentials" or "InstanceProfileAWSCredentials" =>
                "instance profile of the node (not meant for the controller: set up Pod Identity or a role for the service account)",
            _ => kind,
        };
}

/// <summary>
/// The SDK's chain of credentials, gone through at the first call and not when the client is made:
/// the SDK would throw out of the constructor, and a controller that starts before its credentials
/// are there would end in place of waiting for them.
/// </summary>
/// <param name="region">Region of the token service.</param>
internal sealed class ChainCredentials(string region) : AWSCredentials
{
    private AWSCredentials? _found;

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials()
    {
        try
        {
            // What was found renews itself; what was not found is looked for again with the next
            // call.
            _found ??= DefaultAWSCredentialsIdentityResolver.GetCredentials(Config());
            return _found.GetCredentials();
        }
        catch (Exception exception) when (exception is not CredentialsException)
        {
            throw new CredentialsException(CauseInWords.Of(exception));
        }
    }

    /// <inheritdoc/>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            _found ??= await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(Config());
            return await _found.GetCredentialsAsync();
        }
        catch (Exception exception) when (exception is not CredentialsException)
        {
            throw new CredentialsException(CauseInWords.Of(exception));
        }
    }

    private AmazonEC2Config Config() => new() { AuthenticationRegion = region };
}

/// <summary>An access key given in code; the simulator accepts any.</summary>
/// <param name="AccessKeyId">Key.</param>
/// <param name="SecretAccessKey">Secret.</param>
internal sealed record FixedAccessKey(string AccessKeyId, string SecretAccessKey)
{
    /// <summary>The key only: a secret never reaches a log.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>
/// No credentials could be had, and so the request was not sent. Its message is all that there is
/// to know.
/// </summary>
/// <param name="message">Who refused or could not be reached, in its words.</param>
internal sealed class CredentialsException(string message) : AmazonClientException(message);
