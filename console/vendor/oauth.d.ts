export { AuthorizationResponseError, None, ResponseBodyError, allowInsecureRequests, authorizationCodeGrantRequest,
  calculatePKCECodeChallenge, discoveryRequest, generateRandomCodeVerifier, generateRandomNonce, generateRandomState,
  getValidatedIdTokenClaims, processAuthorizationCodeResponse, processDiscoveryResponse, validateAuthResponse,
} from "oauth4webapi";
