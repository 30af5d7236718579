using Amazon.EC2;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Says at start which credentials are used. The chain falls through without a word: one bad variable of a service account's role, and the
/// controller works with the node's role instead (docs/reference/ec2.md#aws-sdk-for-net).
/// </summary>
internal static class CredentialSource
{
    /// <summary>The source in words. Looks for credentials like the first call would, which may take seconds when none are near.</summary>
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
