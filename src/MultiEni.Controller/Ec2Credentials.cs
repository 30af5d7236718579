using MultiEni.Controller.Ec2;

namespace MultiEni.Controller;

/// <summary>Says at start which credentials the SDK's chain will find, because it falls through silently from one source to the next.</summary>
internal static class Ec2Credentials
{
    public static string Describe(Ec2ClientOptions options) =>
        options.AccessKey is not null ? "a fixed access key" : Describe(Environment.GetEnvironmentVariable);

    internal static string Describe(Func<string, string?> environment)
    {
        bool Has(string name) => environment(name) is { Length: > 0 };
        return Has("AWS_ACCESS_KEY_ID") && Has("AWS_SECRET_ACCESS_KEY") ? "the environment (AWS_ACCESS_KEY_ID)"
            : Has("AWS_ROLE_ARN") && Has("AWS_WEB_IDENTITY_TOKEN_FILE") ? $"IAM roles for service accounts ({environment("AWS_ROLE_ARN")})"
            : Has("AWS_CONTAINER_CREDENTIALS_FULL_URI") || Has("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ? "EKS Pod Identity"
            : "a profile or the instance's role";
    }
}
