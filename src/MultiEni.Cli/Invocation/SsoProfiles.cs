using Amazon.Runtime;
using Amazon.RuntimeDependencies;
using Amazon.SSO;
using Amazon.SSOOIDC;

namespace MultiEni.Cli.Invocation;

/// <summary>
/// Profiles that sign in with IAM Identity Center (AWS SSO), common on developer machines. The SDK
/// loads the clients for them by reflection, which fails in an ahead-of-time compiled program
/// unless they are registered.
/// </summary>
internal static class SsoProfiles
{
    private static int _registered;

    /// <summary>Enables them in this process.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) != 0)
        {
            return;
        }

        var registry = GlobalRuntimeDependencyRegistry.Instance;
        registry.RegisterSSOClient(context => new AmazonSSOClient(new AnonymousAWSCredentials(), context.SSOClientContextData.Region));
        registry.RegisterSSOOIDCClient(context => new AmazonSSOOIDCClient(new AnonymousAWSCredentials(), context.SSOOIDCClientContextData.Region));
    }
}
