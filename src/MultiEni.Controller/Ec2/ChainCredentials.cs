using Amazon.EC2;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// The SDK's chain of credentials, gone through at the first call and not when the client is made: the SDK would throw out of the constructor, and a
/// controller that starts before its credentials are there would end in place of waiting for them.
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
            // What was found renews itself; what was not found is looked for again with the next call.
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
