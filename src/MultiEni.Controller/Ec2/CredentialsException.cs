using Amazon.Runtime;

namespace MultiEni.Controller.Ec2;

/// <summary>No credentials could be had, and so the request was not sent. Its message is all that there is to know.</summary>
/// <param name="message">Who refused or could not be reached, in its words.</param>
internal sealed class CredentialsException(string message) : AmazonClientException(message);
